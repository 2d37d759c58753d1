/** The supported execution providers of onnxruntime-node; CUDA needs a build with CUDA support. */
export const onnxDevices = ['cpu', 'webgpu', 'cuda'] as const;
export type OnnxDevice = (typeof onnxDevices)[number];
