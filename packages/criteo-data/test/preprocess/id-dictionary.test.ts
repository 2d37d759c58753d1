import fc from 'fast-check';
import { IdDictionary } from '../../src/preprocess/id-dictionary.js';

it('numbers values as a Map does, also after growing and clearing', () => {
  const values = fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }));
  const dictionary = new IdDictionary();
  fc.assert(
    fc.property(fc.array(values, { maxLength: 2000, size: 'max' }), (sequence) => {
      dictionary.clear();
      const ids = new Map<number, number>();
      for (const value of sequence) {
        if (!ids.has(value)) ids.set(value, ids.size);
        expect(dictionary.idOf(value)).toBe(ids.get(value));
      }
      expect(dictionary.size).toBe(ids.size);
    }),
    { numRuns: 30 },
  );
});
