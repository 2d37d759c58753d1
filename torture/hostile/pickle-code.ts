// The opcodes of a pickle (Python's pickletools.py describes them), to write by hand what no pickler would.

/** A pickle of protocol 2 with these opcodes. */
export function pickled(...parts: (Buffer | string)[]): Buffer {
  return Buffer.concat([Buffer.from([0x80, 2]), ...parts.map(bytes), Buffer.from('.')]);
}

export function bytes(part: Buffer | string): Buffer {
  return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
}

export function join(...parts: (Buffer | string)[]): Buffer {
  return Buffer.concat(parts.map(bytes));
}

/** Opcodes for each of `count` things, one after another. */
export function each(count: number, part: (index: number) => Buffer | string): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, i) => bytes(part(i))));
}

/** The same opcodes again and again. */
export function repeated(times: number, part: Buffer | string): Buffer {
  return Buffer.alloc(times * bytes(part).length, bytes(part));
}

export function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return join('X', length, Buffer.from(value));
}

export function integer(value: number): Buffer {
  const code = Buffer.alloc(10);
  code.set([0x8a, 8]);
  code.writeBigInt64LE(BigInt(value), 2);
  return code;
}

/** BINGET: the memo entry with a number below 256. */
export const get = (index: number) => Buffer.from([0x68, index]);
/** BINPUT: stores the top of the stack in the memo. */
export const put = (index: number) => Buffer.from([0x71, index]);
/** LONG_BINGET. */
export function longGet(index: number): Buffer {
  const code = Buffer.alloc(5, 'j');
  code.writeUInt32LE(index, 1);
  return code;
}

export const named = (module: string, name: string) => `c${module}\n${name}\n`;
export const tuple = (...values: (Buffer | string)[]) => join('(', ...values, 't');
export const dict = (...items: (Buffer | string)[]) => join('}(', ...items, 'u');

export function storage({ type = 'FloatStorage', key = '0', length = 4 } = {}): Buffer {
  return join(tuple(text('storage'), named('torch', type), text(key), text('cpu'), integer(length)), 'Q');
}

export function tensor({
  offset = integer(0),
  shape = [4],
  strides = [1],
  from = {},
}: {
  offset?: Buffer;
  shape?: number[];
  strides?: number[];
  from?: Parameters<typeof storage>[0];
} = {}): Buffer {
  const args = tuple(
    storage(from),
    offset,
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    Buffer.from([0x89]),
    '}',
  );
  return join(named('torch._utils', '_rebuild_tensor_v2'), args, 'R');
}
