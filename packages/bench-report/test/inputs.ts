import { join } from 'node:path';

const folder = join(__dirname, 'golden', 'upstream-run');

/** Tables of a run of the original on a small data set; the forward times and memory have made-up values, activations are ours. */
export const inputs = {
  sparseModelMetadata: join(folder, 'sparse_model_metadata.csv'),
  sparseModelMetrics: join(folder, 'sparse_model_metrics.csv'),
  forwardTimeInfo: join(folder, 'dlrm_forward_time_info.csv'),
  modelMemoryInfo: join(folder, 'model_memory_info.csv'),
  activationSparsity: join(folder, 'activation_sparsity.csv'),
};
