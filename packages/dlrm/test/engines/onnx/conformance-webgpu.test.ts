import { conformance } from '../conformance/conformance.js';

conformance('onnx:webgpu');
