const { is } = Object;

/**
 * Compares typed arrays, and so Buffers, element by element. Jest does too, but by the name of each index, which takes
 * two seconds for a megabyte; it is left what it tells apart by more than the elements.
 */
function areEqual(one, other) {
  if (!isTypedArray(one) || !isTypedArray(other) || one.constructor !== other.constructor) return undefined;
  return one.length === other.length && one.every((value, index) => is(value, other[index]));
}

function isTypedArray(value) {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

globalThis.expect.addEqualityTesters([areEqual]);
