/** Opcodes of a pickle by hand, to write what no pickler would. */
export const pickle = {
  proto: Buffer.from([0x80, 2]),
  stop: Buffer.from('.'),
  text: (value: string) => Buffer.concat([Buffer.from([0x58]), uint32(value.length), Buffer.from(value)]),
  /** A whole number; may be negative, or past 32 bits. */
  integer(value: number): Buffer {
    const bytes = Buffer.alloc(10);
    bytes.set([0x8a, 8]);
    bytes.writeBigInt64LE(BigInt(value), 2);
    return bytes;
  },
  global: (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`),
  tuple: (...values: Buffer[]) => Buffer.concat([Buffer.from('('), ...values, Buffer.from('t')]),
  dict: (...items: Buffer[]) => Buffer.concat([Buffer.from('}('), ...items, Buffer.from('u')]),
  call: (callable: Buffer, args: Buffer) => Buffer.concat([callable, args, Buffer.from('R')]),
  storage({ type = 'FloatStorage', key = '0', length = 4 }: StorageOptions = {}): Buffer {
    const id = pickle.tuple(
      pickle.text('storage'),
      pickle.global('torch', type),
      pickle.text(key),
      pickle.text('cpu'),
      pickle.integer(length),
    );
    return Buffer.concat([id, Buffer.from('Q')]);
  },
  tensor({ offset = 0, shape = [4], strides = [1], metadata, ...storage }: TensorOptions = {}): Buffer {
    return pickle.call(
      pickle.global('torch._utils', '_rebuild_tensor_v2'),
      pickle.tuple(
        pickle.storage(storage),
        typeof offset === 'number' ? pickle.integer(offset) : offset,
        pickle.tuple(...shape.map(pickle.integer)),
        pickle.tuple(...strides.map(pickle.integer)),
        Buffer.from([0x89]),
        Buffer.from('}'),
        ...(metadata ? [metadata] : []),
      ),
    );
  },
  whole: (...parts: Buffer[]) => Buffer.concat([pickle.proto, ...parts, pickle.stop]),
};

export interface StorageOptions {
  type?: string;
  key?: string;
  length?: number;
}

export interface TensorOptions extends StorageOptions {
  offset?: number | Buffer;
  shape?: number[];
  strides?: number[];
  metadata?: Buffer;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
