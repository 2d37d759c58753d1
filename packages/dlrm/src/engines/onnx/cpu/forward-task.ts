import type { DlrmConfig } from '../../../models/dlrm/config.js';
import type { SharedParameters } from './shared-parameters.js';
import type { StagedBatchShape } from './staged-batch.js';

/** A request to a thread to help compute a batch. */
export interface ForwardTask {
  config: DlrmConfig;
  parameters: SharedParameters;
  shape: StagedBatchShape;
  batch: SharedArrayBuffer;
  /** Whether the batch contains the bottom MLP's output instead of the dense features. */
  isBottomOutput: boolean;
  /** Whether to compile graphs that contain the parameters. */
  isFrozen: boolean;
  skipsZeros: boolean;
}
