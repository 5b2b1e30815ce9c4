/** Ids of the MAPI properties that are read ([MS-OXPROPS]). */
export const MAPI = {
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  data: 0x3701,
  shortName: 0x3704,
  longName: 0x3707,
  mimeType: 0x370e,
  contentId: 0x3712,
};

export type Property = { id: number; isWide: boolean; isObject: boolean; data: Buffer };

const OBJECT = 0x000d;
const WIDE = 0x001f;
const SIZED = new Set([OBJECT, 0x001e, WIDE, 0x0102]);
const WIDTHS: Record<number, number> = {
  ...{ 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8 },
  ...{ 10: 4, 11: 4, 20: 8, 64: 8, 72: 16 },
};
const MULTIPLE = 0x1000;
const MOST = 2_000;

/** The properties of a message or an attachment, as far as they can be told apart. */
export function readProperties(bytes: Buffer): Property[] {
  const all: Property[] = [];
  try {
    const reader = new Reader(bytes);
    const count = Math.min(reader.number(), MOST);
    for (let index = 0; index < count; index += 1) {
      const kind = reader.short();
      const id = reader.short();
      if (id >= 0x8000) reader.skipName();
      const type = kind & ~MULTIPLE;
      const data = reader.values(type, (kind & MULTIPLE) !== 0);
      if (data) all.push({ id, isWide: type === WIDE, isObject: type === OBJECT, data });
    }
  } catch (error) {
    // What is cut off ends here; whatever came before is good.
    if (!(error instanceof RangeError)) throw error;
  }
  return all;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  short(): number {
    return this.#bytes.readUInt16LE(this.#move(2));
  }

  number(): number {
    return this.#bytes.readUInt32LE(this.#move(4));
  }

  /** Of a named property: a GUID, and a number or a name. */
  skipName() {
    this.#move(16);
    if (this.number() === 0) this.#move(4);
    else this.#sized();
  }

  /** The first value; the others are passed over. Null for numbers. */
  values(type: number, isMultiple: boolean): Buffer | null {
    const isSized = SIZED.has(type);
    const width = WIDTHS[type];
    if (!isSized && !width) throw new RangeError(`no property has type ${type}`);
    const count = isSized || isMultiple ? this.number() : 1;
    if (count > MOST) throw new RangeError('too many values');
    let first: Buffer | null = null;
    for (let index = 0; index < count; index += 1) {
      const value = isSized ? this.#sized() : void this.#move(width!);
      first ??= value ?? null;
    }
    return first;
  }

  #sized(): Buffer {
    const length = this.number();
    const start = this.#move(Math.ceil(length / 4) * 4);
    return this.#bytes.subarray(start, start + length);
  }

  #move(length: number): number {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('the properties are cut off');
    return from;
  }
}
