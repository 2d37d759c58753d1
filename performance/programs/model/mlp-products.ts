import { Dlrm, kaggleConfigFor, kaggleDlrmConfig } from '@ds/dlrm';
import { randomBatch, tenthOfKaggle } from '../../inputs/forward-batch.js';
import { spreadOf } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printTable } from '../../measuring/report-table.js';

// The time of the matrix products of a forward pass alone, in several libraries, and of whole passes: no pass can be faster
// than its products. Each round runs every row of the table once.
const batchSize = 16384;
const threads = 2;
const rounds = Number(process.env['PERFORMANCE_ROUNDS'] ?? 15);
const layers = [kaggleDlrmConfig.bottomMlp, kaggleDlrmConfig.topMlp].flatMap((sizes) =>
  sizes.slice(1).map((outputs, layer) => [sizes[layer]!, outputs] as const),
);
const operations = 2 * batchSize * layers.reduce((sum, [inputs, outputs]) => sum + inputs * outputs, 0);
const model = await Dlrm.create(kaggleConfigFor(tenthOfKaggle), { seed: 1 });
const batch = randomBatch(batchSize, tenthOfKaggle);

const libraries = ['MKL', 'oneDNN', 'OpenBLAS', 'onnxruntime'];
const rows: { name: string; run: () => Promise<number>; stop?: () => void }[] = [];
for (const library of libraries) {
  const rival = await PythonRival.start('mlp_products', { threads, batchSize, layers, library });
  rows.push({ name: `products alone, ${library}`, run: () => rival.run(), stop: () => rival.stop() });
}
rows.push({
  name: 'whole pass, ours',
  run: async () => {
    const start = performance.now();
    await model.forward(batch);
    return (performance.now() - start) / 1000;
  },
});
for (const compiled of [false, true]) {
  const rival = await PythonRival.start('forward', { threads, rows: tenthOfKaggle, batchSize, compiled });
  const name = compiled ? 'whole pass, torch.compile' : 'whole pass, eager PyTorch';
  rows.push({ name, run: () => rival.run(), stop: () => rival.stop() });
}

const seconds: number[][] = rows.map(() => []);
for (let round = 0; round <= rounds; round++) {
  for (const [place, { run }] of rows.entries()) {
    const taken = await run();
    if (round > 0) seconds[place]!.push(taken);
  }
}
for (const { stop } of rows) stop?.();
await model.dispose();

printTable(
  `The matrix products of both MLPs, batch ${batchSize}, ${(operations / 1e9).toFixed(1)} GFLOP, two threads; ${rounds} rounds`,
  ['Work', 'Median (min-max)', 'GFLOP/s'],
  rows.map(({ name }, place) => {
    const { median, min, max } = spreadOf(seconds[place]!);
    const milliseconds = (value: number) => `${(1000 * value).toPrecision(3)} ms`;
    return [
      name,
      `${milliseconds(median)} (${milliseconds(min)}-${milliseconds(max)})`,
      (operations / median / 1e9).toFixed(0),
    ];
  }),
);
