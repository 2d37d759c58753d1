// Constants of the zip format for both reader and writer: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.

export const method = { stored: 0, deflated: 8 } as const;

export type ZipCompression = keyof typeof method;

/** Largest value of a 32-bit field; the field then says "see the zip64 extra field". */
export const max32 = 0xffffffff;
/** The same for 16-bit fields. */
export const max16 = 0xffff;

/** The flag of an entry whose sizes and CRC-32 follow its data, in a data descriptor. */
export const sizesFollow = 1 << 3;

/** Bytes of an entry of the directory, without its name, extra field and comment. */
export const entryLength = 46;
/** Bytes of the record at the end of the directory, without its comment. */
export const endLength = 22;
/** Bytes of its zip64 form, without extensions, and of the locator that follows it. */
export const zip64EndLength = 56;
export const locatorLength = 20;

export const signatures = {
  entry: 0x02014b50,
  end: 0x06054b50,
  zip64End: 0x06064b50,
  locator: 0x07064b50,
} as const;
