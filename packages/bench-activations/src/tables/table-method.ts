import type { CriteoDataset } from '@ds/criteo-data';
import type { Dlrm, ModelState, StateDict } from '@ds/dlrm';

/** What tables are compressed with. */
export interface TableContext {
  /** The dense model's parameters, its tables over SharedArrayBuffers. */
  state: StateDict;
  /** The names of its tables. */
  names: readonly string[];
  /** The path of its file, for messages. */
  modelPath: string;
  /** The dense model. */
  model: Dlrm;
  /** Its training split. */
  trainRows: CriteoDataset;
  /** Training rows of a calibration, and the seed of their draw. */
  calibrationRows: number;
  seed: number;
  threads: number | undefined;
}

/** A way of compressing the embedding tables, by a name that says all of it. */
export interface TableMethod {
  /** Its name in options and files, such as `block-norm-0.9`. */
  id: string;
  /** The tables that change, by their names in the state dict. */
  compress(context: TableContext): Promise<ModelState>;
}

/** A kind of them. */
export interface TableMethodKind {
  /** How it is written: `block-norm-<level>`. */
  form: string;
  /** The method of a name; undefined where the name is of another kind. */
  parse(name: string): TableMethod | undefined;
}
