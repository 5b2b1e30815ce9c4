import { createHash } from 'node:crypto';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export const ASSET_NAMES = [
  'app.css',
  'app.js',
  'desk.js',
  'workspace.js',
  'push.js',
  'icons.svg',
  'logo.svg',
  'favicon.svg',
] as const;

export type AssetName = (typeof ASSET_NAMES)[number];

/** One public file under its hashed name, with its compressed forms beside it. */
export type AssetFile = {
  name: AssetName;
  hashedName: string;
  body: Buffer;
  brotli: Buffer;
  gzip: Buffer;
};

export type CompressionLevels = { brotli: number; gzip: number };

/** Small enough to wait for at each start in development. */
export const QUICK: CompressionLevels = { brotli: 5, gzip: 6 };
/** As small as it gets; paid once, at build. */
export const SMALLEST: CompressionLevels = { brotli: 11, gzip: 9 };

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export function contentType(name: string): string {
  return TYPES[path.extname(name)] ?? 'application/octet-stream';
}

export function assetFile(name: AssetName, body: Buffer, levels: CompressionLevels): AssetFile {
  return {
    name,
    hashedName: hashed(name, body),
    body,
    brotli: brotliCompressSync(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: levels.brotli,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
    gzip: gzipSync(body, { level: levels.gzip }),
  };
}

/** `app.css` becomes `app.3f2a91c07b.css`: the name changes exactly when the content does. */
function hashed(name: string, body: Buffer): string {
  const { name: stem, ext } = path.parse(name);
  return `${stem}.${createHash('sha256').update(body).digest('hex').slice(0, 10)}${ext}`;
}
