import { byteLengthOf, type FileTensor, type TensorFile } from '../tensors/tensor-file.js';

/**
 * A tensor's bytes from the file, with zeros (all bits 0, in any float type) where the mask prunes.
 *
 * @param mask One entry per value, row-major: 0 prunes.
 */
export async function prunedBytes(
  file: File,
  tensor: FileTensor,
  mask: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const { rows, columns, valueBytes, start, columnMajor } = tensor;
  const bytes = new Uint8Array(await file.slice(start, start + byteLengthOf(tensor)).arrayBuffer());
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 0) continue;
    const place = columnMajor ? (i % columns) * rows + Math.floor(i / columns) : i;
    bytes.fill(0, place * valueBytes, (place + 1) * valueBytes);
  }
  return bytes;
}

/**
 * The file with some of its tensors pruned; everything else, including the header, stays identical byte for byte.
 *
 * @param maskOf The mask of each pruned tensor, by name.
 */
export async function pruneFile(
  { file, tensors }: TensorFile,
  maskOf: ReadonlyMap<string, () => Uint8Array>,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  let done = 0;
  for (const tensor of [...tensors].sort((a, b) => a.start - b.start)) {
    const mask = maskOf.get(tensor.name);
    if (!mask) continue;
    // A Blob's slices refer to the file, so the unpruned parts are not read.
    parts.push(file.slice(done, tensor.start), await prunedBytes(file, tensor, mask()));
    done = tensor.start + byteLengthOf(tensor);
  }
  return new Blob([...parts, file.slice(done)]);
}

/** `model.safetensors` becomes `model-pruned-0.90.safetensors`. */
export function prunedName(name: string, level: number): string {
  return name.replace(/\.(?=[^.]*$)/, `-pruned-${level.toFixed(2)}.`);
}
