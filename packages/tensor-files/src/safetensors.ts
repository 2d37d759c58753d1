/**
 * safetensors files: the validated header, and single tensors.
 *
 * @module @ds/tensor-files/safetensors
 */
export {
  readSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsSource,
} from './safetensors/read-safetensors-header.js';
export { isFloatTensor, readFloatTensor } from './safetensors/read-float-tensor.js';
