/**
 * safetensors files: the header, checked, and single tensors.
 *
 * @module @ds/dlrm/safetensors
 */
export {
  isFloatTensor,
  readFloatTensor,
  readSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsSource,
} from '@ds/tensor-files/safetensors';
