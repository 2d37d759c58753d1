/** Bytes of a row at most: Criteo's have about 200. What is longer is no row, and is refused without being held. */
export const longestLine = 1 << 20;
