/** A copy of plain data whose byte arrays are in shared memory. */
export function inSharedMemory<Value>(value: Value): Value {
  return shared(value) as Value;
}

function shared(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    const copy = new Uint8Array(new SharedArrayBuffer(value.length));
    copy.set(value);
    return copy;
  }
  if (Array.isArray(value)) return value.map(shared);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shared(part)]));
}
