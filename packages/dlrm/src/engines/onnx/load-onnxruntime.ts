import type * as OnnxRuntime from 'onnxruntime-node';

/**
 * Loads onnxruntime-node with its telemetry off: by default it reports to Microsoft and leaves files in the home and
 * temporary folders. It reads the variable once, when it loads; a value that is already set is kept.
 *
 * @throws the error of the import if it is not installed
 */
export function loadOnnxRuntime(): Promise<typeof OnnxRuntime> {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  return import('onnxruntime-node');
}
