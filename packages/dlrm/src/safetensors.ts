export {
  readSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsSource,
} from './checkpoint/safetensors/read-safetensors-header.js';
export { isFloatTensor, readFloatTensor } from './checkpoint/safetensors/read-float-tensor.js';
