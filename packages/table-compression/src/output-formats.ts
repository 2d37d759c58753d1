import { extname } from 'node:path';
import {
  saveCheckpoint,
  saveFbgemmTables,
  saveMixedCheckpoint,
  type MixedStateDict,
  type StateDict,
} from '@ds/tensor-files';

/** How a compressed model is written. */
export interface OutputFormat {
  id: string;
  extensions: readonly string[];
  /** Whether it supports projected rows. */
  hasProjectedRows: boolean;
  save(path: string, model: MixedStateDict): Promise<void>;
}

/** Every format, the default one first. */
export const outputFormats = [
  {
    id: 'safetensors',
    extensions: ['.safetensors'],
    hasProjectedRows: true,
    save: saveMixedCheckpoint,
  },
  {
    id: 'ckpt',
    extensions: ['.ckpt', '.pt', '.pth'],
    hasProjectedRows: true,
    save: (path, { tables, tensors, metadata }) => {
      const dense: StateDict = Object.fromEntries(
        Object.entries(tables).map(([name, table]) => [
          name,
          { data: table.toDense(), shape: [table.rows, table.dim] },
        ]),
      );
      return saveCheckpoint(path, { ...tensors, ...dense }, { metadata });
    },
  },
  {
    id: 'fbgemm',
    extensions: ['.safetensors'],
    hasProjectedRows: false,
    save: saveFbgemmTables,
  },
] as const satisfies readonly OutputFormat[];

/**
 * The format of a compressed file: `safetensors`, with compressed tables; `ckpt`, with dense tables, for `torch.load`;
 * `fbgemm`, with rows and index remappings for the embedding bags of PyTorch and FBGEMM.
 */
export type OutputFormatId = 'safetensors' | 'ckpt' | 'fbgemm';

/**
 * The format with this id.
 *
 * @throws RangeError if there is none.
 */
export function outputFormat(id: OutputFormatId): OutputFormat {
  const format = outputFormats.find((known) => known.id === id);
  if (!format) {
    const ids = outputFormats.map((known) => known.id).join(', ');
    throw new RangeError(`format: expected ${ids}, found ${JSON.stringify(id)}`);
  }
  return format;
}

/** @throws Error naming the file, if its name does not end like those of the format */
export function expectExtension({ id, extensions }: OutputFormat, output: string): void {
  if (extensions.includes(extname(output).toLowerCase())) return;
  throw new Error(
    `${output}: expected a file of format ${id} to be called ${extensions.join(', ')}, found "${extname(output)}"`,
  );
}
