import { appendTo, writeWhole } from '@ds/files';
import type { DlrmBatch } from '../models/dlrm/batch.js';

/**
 * Writes the model's probability for every row of a data set, in its order, as a CSV with the columns `row`, from 1, and
 * `probability`. The file is written atomically.
 *
 * @throws Error naming the file if it cannot be written
 */
export async function writePredictions({
  model,
  dataset,
  batchSize,
  output,
  onProgress,
}: {
  model: { forward(batch: DlrmBatch): Promise<Float32Array> };
  dataset: {
    readonly length: number;
    batches(options: { batchSize: number }): AsyncIterable<DlrmBatch>;
  };
  /** Rows per forward pass. */
  batchSize: number;
  output: string;
  /** Called after each batch with the number of rows done and the total. */
  onProgress?: (done: number, total: number) => void;
}): Promise<void> {
  await writeWhole(output, async (file) => {
    const append = appendTo(file);
    const write = (text: string) => append(new TextEncoder().encode(text));
    await write('row,probability\n');
    let done = 0;
    for await (const batch of dataset.batches({ batchSize })) {
      const lines: string[] = [];
      for (const probability of await model.forward(batch)) {
        lines.push(`${++done},${shortestFloat32(probability)}\n`);
      }
      await write(lines.join(''));
      onProgress?.(done, dataset.length);
    }
  });
}

/** The fewest digits that read back as the same float32: at most nine. */
function shortestFloat32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
