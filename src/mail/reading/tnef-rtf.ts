/** What the dictionary holds before the first byte ([MS-OXRTFCP]). */
const START =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';
const SIZE = 4_096;
const COMPRESSED = 0x75465a4c;
const PLAIN = 0x414c454d;
/** Seventeen bytes can come of two; nobody writes so much by hand. */
const MOST = 10_000_000;

/** Compressed RTF, as Outlook keeps it. Null where it is none. */
export function expandRtf(bytes: Buffer): Buffer | null {
  if (bytes.length < 16) return null;
  const [size, kind] = [Math.min(bytes.readUInt32LE(4), MOST), bytes.readUInt32LE(8)];
  if (kind === PLAIN) return bytes.subarray(16, 16 + size);
  return kind === COMPRESSED ? expand(bytes, size) : null;
}

function expand(bytes: Buffer, size: number): Buffer {
  const dictionary = Buffer.alloc(SIZE);
  let write = dictionary.write(START, 'latin1');
  const out = Buffer.alloc(size);
  let [length, at] = [0, 16];
  const put = (byte: number) => {
    if (length < size) out[length++] = byte;
    dictionary[write] = byte;
    write = (write + 1) % SIZE;
  };
  while (at < bytes.length && length < size) {
    const flags = bytes[at++]!;
    for (let bit = 0; bit < 8 && at < bytes.length; bit += 1) {
      if ((flags & (1 << bit)) === 0) {
        put(bytes[at++]!);
        continue;
      }
      if (at + 1 >= bytes.length) return out.subarray(0, length);
      const reference = bytes.readUInt16BE(at);
      at += 2;
      const offset = reference >> 4;
      if (offset === write) return out.subarray(0, length);
      for (let step = 0; step < (reference & 15) + 2; step += 1) put(dictionary[(offset + step) % SIZE]!);
    }
  }
  return out.subarray(0, length);
}
