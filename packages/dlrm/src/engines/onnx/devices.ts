/** Execution providers of onnxruntime-node that we offer; CUDA needs a build of it with CUDA inside. */
export const onnxDevices = ['cpu', 'webgpu', 'cuda'] as const;
export type OnnxDevice = (typeof onnxDevices)[number];
