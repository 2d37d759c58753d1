import type * as OnnxRuntime from 'onnxruntime-node';

/**
 * Loads onnxruntime-node with its telemetry off: by default it reports to Microsoft and leaves files in the home and
 * temporary folders. It reads the variable once, when it loads; who has set it keeps their value.
 *
 * @throws whatever loading it throws, where it is absent
 */
export function loadOnnxRuntime(): Promise<typeof OnnxRuntime> {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  return import('onnxruntime-node');
}
