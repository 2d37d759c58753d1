const bytes = (...values: number[]) => Uint8Array.from(values).buffer;

describe('typed arrays are as equal as Jest has it without the shortcut:', () => {
  test.each([
    ['NaN', Float32Array.of(NaN, 1), Float32Array.of(NaN, 1)],
    [
      'a part of a buffer',
      new Int32Array(bytes(0, 0, 0, 0, 1, 0, 0, 0), 4),
      new Int32Array(bytes(1, 0, 0, 0)),
    ],
    ['BigInts', BigInt64Array.of(1n), BigInt64Array.of(1n)],
    ['none', new Uint8Array(), new Uint8Array()],
    ['views of bytes', new DataView(bytes(1, 2)), new DataView(bytes(1, 2))],
  ])('%s', (_, one, other) => {
    expect(one).toStrictEqual(other);
    expect({ in: [one] }).toMatchObject({ in: [other] });
  });

  test.each([
    ['another element', Float32Array.of(1, 2, 3), Float32Array.of(1, 4, 3)],
    ['-0', Float32Array.of(0), Float32Array.of(-0)],
    ['a shorter one', Uint8Array.of(1, 2), Uint8Array.of(1)],
    ['another type', Float32Array.of(1), Float64Array.of(1)],
    ['views of other bytes', new DataView(bytes(1)), new DataView(bytes(2))],
  ])('not %s', (_, one, other) => {
    expect({ in: [one] }).not.toStrictEqual({ in: [other] });
  });

  test('a Buffer and a Uint8Array of the same bytes, unless types count', () => {
    expect(Buffer.of(1)).toEqual(Uint8Array.of(1));
    expect(Buffer.of(1)).not.toStrictEqual(Uint8Array.of(1));
  });
});
