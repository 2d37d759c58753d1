import type { DensityMap } from '../pruning/density-map.js';
import { drawDensity } from './draw-density.js';
import { formatBytes, formatShare } from './format-bytes.js';
import type { Picture, Sizes } from '../messages.js';
import { drawSizeChart } from './size-chart.js';
import type { FileTensor } from '../tensors/tensor-file.js';

const get = <Found extends Element>(id: string) => document.querySelector<Found>(`#${id}`)!;

/** The part of the page that shows the result of pruning. */
export class Results {
  readonly #canvas = get<HTMLCanvasElement>('map');
  #map: DensityMap | undefined;
  #sizes = new Map<number, Sizes>();
  #level = 0;

  constructor() {
    // The picture uses the style's colours.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#drawMap());
    new ResizeObserver(() => this.#drawChart()).observe(get('chart').parentElement!);
  }

  /** Shows the picture of one tensor. */
  showPicture(tensor: Omit<FileTensor, 'read'>, { map, prunedValues, emptyRows }: Picture): void {
    const { name, rows, columns } = tensor;
    get('shown-name').textContent = name;
    get('picture-text').textContent =
      `${count(rows * columns - prunedValues)} of ${count(rows * columns)} values are kept; ` +
      `${count(emptyRows)} of ${count(rows)} rows are empty.`;
    this.#map = map;
    this.#canvas.setAttribute('aria-label', `Where the values of ${name} are kept`);
    this.#drawMap();
  }

  /**
   * Prepares for the sizes of `tensors` tensors, and marks a level in the chart.
   *
   * @param keepsOtherLevels Whether only the level has changed, so that the sizes at other levels are still valid.
   */
  start({
    level,
    tensors,
    keepsOtherLevels,
  }: {
    level: number;
    tensors: number;
    keepsOtherLevels: boolean;
  }): void {
    this.#level = level;
    get('sizes-title').textContent =
      tensors === 1 ? 'Size of the pruned tensor' : `Size of the ${tensors} pruned tensors`;
    if (!keepsOtherLevels) this.#sizes = new Map();
    this.#showChosen();
    this.#drawChart();
  }

  /** Adds the sizes at one level. */
  addSizes(sizes: Sizes): void {
    this.#sizes.set(sizes.level, sizes);
    this.#showChosen();
    this.#drawChart();
  }

  #showChosen(): void {
    const sizes = this.#sizes.get(this.#level);
    const show = (id: string, bytes: number | undefined) => {
      const line = document.createElement('span');
      line.textContent = bytes === undefined ? '' : `${formatShare(bytes / sizes!.dense)} of dense`;
      get(id).replaceChildren(bytes === undefined ? '…' : formatBytes(bytes), line);
    };
    show('deflated-size', sizes?.deflated);
    show('sparse-size', sizes?.sparse);
    const [any] = this.#sizes.values();
    const line = document.createElement('span');
    line.textContent = any ? `${count(any.dense)} bytes` : '';
    get('dense-size').replaceChildren(any ? formatBytes(any.dense) : '…', line);
  }

  #drawMap(): void {
    if (this.#map) drawDensity(this.#canvas, this.#map);
  }

  #drawChart(): void {
    const sizes = [...this.#sizes.values()].sort((a, b) => a.level - b.level);
    if (sizes.length > 0) drawSizeChart(get<SVGSVGElement>('chart'), sizes, this.#level);
    get('size-rows').replaceChildren(
      ...sizes.map(({ level, dense, deflated, sparse }) => {
        const row = document.createElement('tr');
        row.insertCell().textContent = `${Math.round(100 * level)} %`;
        for (const bytes of [dense, deflated, sparse]) {
          const cell = row.insertCell();
          cell.className = 'number';
          cell.textContent = formatBytes(bytes);
        }
        return row;
      }),
    );
  }
}

function count(value: number): string {
  return value.toLocaleString('en');
}
