import type { EmbeddingTable } from '@ds/data-sparsifier';
import type { ModelState, Tensor } from '@ds/tensor-files';
import { DenseTable } from '../../../tables/dense-table.js';
import { ProjectedTable } from '../../../tables/projected-table.js';
import { QuotientRemainderTable, type QrOperation } from '../../../tables/quotient-remainder-table.js';
import { WeightedTable } from '../../../tables/weighted-table.js';
import type { ModelFlags } from '../model-flags.js';
import { asTensor } from './as-tensor.js';

const part = /^(?:emb_l\.(\d+)\.(?:weight_q|weight_r|embs\.weight|proj\.weight)|v_W_l\.(\d+))$/;

/**
 * Replaces the parts of which facebookresearch/dlrm composes a table (with `--qr-flag`, `--md-flag` and
 * `--weighted-pooling=learned`) by one table, `emb_l.N.weight`. Other state dicts are returned unchanged.
 *
 * @throws Error naming a tensor that is missing or does not fit, or whose operation is unknown
 */
export function composeTables(state: ModelState, flags: ModelFlags): ModelState {
  const numbers = Object.keys(state).flatMap((name) => {
    const found = part.exec(name);
    return found ? [Number(found[1] ?? found[2])] : [];
  });
  if (numbers.length === 0) return state;
  const composed = new Map<number, EmbeddingTable>();
  for (const number of new Set(numbers)) composed.set(number, composedTable(state, number, flags));
  const plain = Object.entries(state).filter(([name]) => {
    const table = /^emb_l\.(\d+)\.weight$/.exec(name);
    return !part.test(name) && !(table && composed.has(Number(table[1])));
  });
  const tables = [...composed].map(([number, table]) => [`emb_l.${number}.weight`, table] as const);
  return Object.fromEntries([...tables, ...plain]);
}

function composedTable(state: ModelState, number: number, flags: ModelFlags): EmbeddingTable {
  const name = (of: string) => `emb_l.${number}.${of}`;
  const tableOf = (of: string): EmbeddingTable => {
    const found = state[name(of)];
    if (!found) throw new Error(`${name(of)} is missing, though another part of its table is there`);
    if ('gatherRows' in found) return found;
    if (found.shape.length !== 2) {
      throw new Error(`${name(of)}: expected shape (rows, dim), found (${found.shape.join(', ')})`);
    }
    return new DenseTable(found);
  };
  const named = <Result>(of: string, make: () => Result): Result => {
    try {
      return make();
    } catch (error) {
      throw new Error(`${of}: ${(error as Error).message}`, { cause: error });
    }
  };
  if (state[name('weight_q')] || state[name('weight_r')]) {
    const [quotients, remainders] = [tableOf('weight_q'), tableOf('weight_r')];
    const operation = flags.qrOperation ?? shownOperation(state, quotients, remainders);
    if (!operation) {
      throw new Error(
        `${name('weight_q')} is of a model trained with --qr-flag, which does not say whether rows are multiplied or ` +
          'added: say --qr-operation mult or add, or write it into the file with dlrm convert --qr-operation',
      );
    }
    return named(name('weight_q'), () => new QuotientRemainderTable(quotients, remainders, operation));
  }
  const isShort = state[name('embs.weight')] !== undefined || state[name('proj.weight')] !== undefined;
  const short = tableOf(isShort ? 'embs.weight' : 'weight');
  const projection = state[name('proj.weight')];
  const table =
    projection && 'data' in projection
      ? named(name('proj.weight'), () => new ProjectedTable(short, projection))
      : projection
        ? new ProjectedTable(short, asTensor(projection))
        : short;
  const weights = state[`v_W_l.${number}`] as Tensor | undefined;
  if (!weights) return table;
  return named(`v_W_l.${number}`, () => new WeightedTable(table, weights.data));
}

/** The operation, as far as the rows' length determines it: concatenated, they are as long as the bottom MLP's output. */
function shownOperation(
  state: ModelState,
  quotients: EmbeddingTable,
  remainders: EmbeddingTable,
): QrOperation | undefined {
  const layers = Object.keys(state).filter((name) => /^bot_l\.\d+\.bias$/.test(name));
  const last = layers.sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1])).at(-1);
  const bias = last === undefined ? undefined : state[last];
  const width = bias && 'data' in bias ? bias.data.length : undefined;
  return width === quotients.dim + remainders.dim ? 'concat' : undefined;
}
