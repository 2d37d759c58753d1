export {
  isFloatTensor,
  readFloatTensor,
  readSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsSource,
} from '@ds/tensor-files/safetensors';
