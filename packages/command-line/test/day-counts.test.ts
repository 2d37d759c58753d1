import { dayCountsOf } from '../src/bench-program.js';

it('says once for each file that the days were counted there', () => {
  const notes: string[] = [];
  const { onFound } = dayCountsOf({}, (note) => notes.push(note));
  for (const file of ['a.npz', 'a.npz', 'b.npz', 'a.npz']) onFound(file);
  expect(notes).toEqual(['days as counted in a.npz', 'days as counted in b.npz']);
});
