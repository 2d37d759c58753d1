import { DataNormSparsifier } from '@ds/data-sparsifier';

// A table of 4 rows and 8 columns; any Float32Array will do.
const table = { data: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i * i)), shape: [4, 8] };

const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.5, sparseBlockShape: [1, 4], norm: 'L1' });
sparsifier.addData('embedding', table);
sparsifier.step();

const mask = sparsifier.getMask('embedding');
console.log('mask (1 keeps, 0 prunes):');
for (let row = 0; row < 4; row++) console.log(' ', mask.slice(8 * row, 8 * (row + 1)).join(' '));

sparsifier.squashMask();
const zeros = table.data.filter((value) => value === 0).length;
console.log(`${zeros} of ${table.data.length} values are pruned`);
