/** Maximum bytes of a row; Criteo's have about 200. A longer line is refused without being held in memory. */
export const longestLine = 1 << 20;
