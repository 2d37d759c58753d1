import fc from 'fast-check';
import { IdDictionary } from '../../../src/preprocess/ids/id-dictionary.js';

it('numbers values as a Map does, also after growing', () => {
  const values = fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }));
  fc.assert(
    fc.property(fc.array(values, { maxLength: 2000, size: 'max' }), (sequence) => {
      const dictionary = new IdDictionary();
      const ids = new Map<number, number>();
      for (const value of sequence) {
        if (!ids.has(value)) ids.set(value, ids.size);
        expect(dictionary.idOf(value)).toBe(ids.get(value));
      }
      expect(dictionary.size).toBe(ids.size);
      const replaced = Int32Array.from(sequence);
      dictionary.replaceByIds(replaced);
      expect([...replaced]).toEqual(sequence.map((value) => ids.get(value)));
    }),
    { numRuns: 30 },
  );
});
