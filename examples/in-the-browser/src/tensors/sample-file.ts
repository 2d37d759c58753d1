import { dump } from 'npyjs';

/** A sample table for the page, like one of items by popularity: the first rows have large values, the rest small ones. */
export function sampleFile(): File {
  const [rows, columns] = [4000, 16];
  // Park and Miller's generator, so that the table is always the same.
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const size = 0.5 * (1 + row / 40) ** -0.6;
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = size * normal() * (column % 8 < 4 ? 1 : 0.6);
    }
  }
  return new File([dump(values, [rows, columns])], 'sample-table.npy');
}
