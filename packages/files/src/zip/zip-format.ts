// Constants of the zip format for both reader and writer: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.

export const method = { stored: 0, deflated: 8 } as const;

export type ZipCompression = keyof typeof method;

/** Largest value of a 32-bit field; the field then says "see the zip64 extra field". */
export const max32 = 0xffffffff;
/** The same for 16-bit fields. */
export const max16 = 0xffff;

/** The flag of an entry whose sizes and CRC-32 follow its data, in a data descriptor. */
export const sizesFollow = 1 << 3;
