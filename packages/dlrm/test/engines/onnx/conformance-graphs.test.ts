import { conformance } from '../conformance/conformance.js';

// WebGPU and CUDA run the network as graphs alone. Here the CPU does so too, so that this network is tested where no GPU is.
jest.mock('../../../src/engines/onnx/cpu/cpu-network.js', () => ({
  CpuNetwork: jest.requireActual('../../../src/engines/onnx/network.js').OnnxNetwork,
}));

conformance('onnx:cpu', { as: 'onnx:cpu by graphs alone' });
