import type { CriteoDataset } from '@ds/criteo-data';
import type { Dlrm, ModelState, StateDict } from '@ds/dlrm';

/** The inputs of the compression of tables. */
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
  /** Training rows of a calibration, and the seed for selecting them. */
  calibrationRows: number;
  seed: number;
  threads: number | undefined;
}

/** A way of compressing the embedding tables; its name includes its settings. */
export interface TableMethod {
  /** Its name in options and files, such as `block-norm-0.9`. */
  id: string;
  /** The tables that change, by their names in the state dict. */
  compress(context: TableContext): Promise<ModelState>;
}

/** A kind of table methods, which differ in their settings. */
export interface TableMethodKind {
  /** The form of the names: `block-norm-<level>`. */
  form: string;
  /** The method with a name; undefined if the name is of another kind. */
  parse(name: string): TableMethod | undefined;
}
