import sharp from 'sharp';

const MAX_PIXELS = 40_000_000;
/** In the bar it is 28 pixels; sharp screens and the sign-in page want more. */
const SIZES = { small: 64, large: 256 };

/**
 * A company's mark as two square PNG files, drawn anew so that nothing of what was sent survives but the picture.
 * Undefined if the bytes are no JPEG, PNG or WebP, or too many pixels once unpacked.
 */
export async function logoPictures(bytes: Buffer): Promise<{ small: Buffer; large: Buffer } | undefined> {
  try {
    const { format } = await sharp(bytes, { limitInputPixels: MAX_PIXELS }).metadata();
    if (!['jpeg', 'png', 'webp'].includes(format ?? '')) return undefined;
    const [small, large] = await Promise.all([square(bytes, SIZES.small), square(bytes, SIZES.large)]);
    return { small, large };
  } catch {
    return undefined;
  }
}

const square = (bytes: Buffer, side: number): Promise<Buffer> =>
  sharp(bytes, { limitInputPixels: MAX_PIXELS, animated: false })
    .rotate()
    .resize(side, side, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png()
    .toBuffer();
