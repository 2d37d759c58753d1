import { hostileCalls } from '../hostile/hostile.js';

it('no pickle that would call something is read, or runs', async () => {
  const { cases, faults } = await hostileCalls();
  expect(faults).toEqual([]);
  expect(cases).toBeGreaterThanOrEqual(200);
});
