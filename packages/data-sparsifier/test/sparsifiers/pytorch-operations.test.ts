import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataNormSparsifier, type Norm, type NormConfig } from '@ds/data-sparsifier';

type Operation = (
  | { operation: 'add'; name: string; table: number; reuseMask: boolean; config: Partial<NormConfig> }
  | { operation: 'change'; table: number; at: number; value: number }
  | { operation: 'squash'; names: string[] | null; leaveParametrized: boolean }
  | { operation: 'load'; strict: boolean }
  | { operation: 'enable'; value: boolean }
  | { operation: 'step' | 'save' | 'renew' }
) & {
  /** PyTorch's, which ends the scenario. */
  error?: string;
  /** What there is afterwards, if it was no error. */
  then?: State;
};

interface State {
  tables: number[][];
  held: Record<string, { mask: string; pruned: number[]; config: NormConfig }>;
}

const { shapes, scenarios } = JSON.parse(
  readFileSync(join(__dirname, '../golden/sparsifier-operations/operations.json'), 'utf8'),
) as {
  shapes: number[][];
  scenarios: { norm: Norm; config: NormConfig; tables: number[][]; operations: Operation[] }[];
};

test('the scenarios have operations of every kind, and failing ones', () => {
  const operations = scenarios.flatMap((scenario) => scenario.operations);
  const count = (holds: (operation: Operation) => boolean) => operations.filter(holds).length;
  for (const kind of ['add', 'change', 'step', 'squash', 'save', 'load', 'renew', 'enable']) {
    expect(count(({ operation }) => operation === kind)).toBeGreaterThan(5);
  }
  expect(count(({ error }) => error !== undefined)).toBeGreaterThan(10);
  expect(count((each) => each.operation === 'load' && !each.strict)).toBeGreaterThan(5);
});

test.each(scenarios.map((scenario, index) => ({ index, ...scenario })))(
  'matches PyTorch 2.15 after each operation of scenario $index',
  ({ norm, config, tables: values, operations }) => {
    const tables = values.map((data, index) => ({ data: Float32Array.from(data), shape: shapes[index]! }));
    const make = () => new DataNormSparsifier({ norm, ...config, onWarning: () => undefined });
    let sparsifier = make();
    let saved = structuredClone(sparsifier.stateDict());

    const perform = (operation: Operation) => {
      switch (operation.operation) {
        case 'add':
          sparsifier.addData(operation.name, tables[operation.table]!, {
            reuseMask: operation.reuseMask,
            ...operation.config,
          });
          break;
        case 'change':
          tables[operation.table]!.data[operation.at] = operation.value;
          break;
        case 'step':
          sparsifier.step();
          break;
        case 'squash':
          sparsifier.squashMask({
            names: operation.names ?? undefined,
            leaveParametrized: operation.leaveParametrized,
          });
          break;
        case 'save':
          saved = structuredClone(sparsifier.stateDict());
          break;
        case 'load':
          sparsifier.loadStateDict(saved, { strict: operation.strict });
          break;
        case 'renew':
          sparsifier = make();
          break;
        case 'enable':
          sparsifier.enableMaskUpdate = operation.value;
      }
    };

    operations.forEach((operation, at) => {
      if (operation.error !== undefined) {
        expect(() => perform(operation)).toThrow();
        return;
      }
      perform(operation);
      const held = Object.fromEntries(
        sparsifier.names.map((name) => [
          name,
          {
            mask: sparsifier.getMask(name).join(''),
            pruned: [...sparsifier.getData(name, { original: false }).data],
            config: sparsifier.getConfig(name),
          },
        ]),
      );
      expect({ at, tables: tables.map(({ data }) => [...data]), held }).toEqual({ at, ...operation.then });
    });
  },
);
