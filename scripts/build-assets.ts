import { rm } from 'node:fs/promises';
import path from 'node:path';
import { SMALLEST } from '../src/web/rendering/asset-files.ts';
import { projectRoot, writeAssets } from '../src/web/rendering/assets.ts';
import { buildAssets } from '../src/web/rendering/building-assets.ts';

// Builds the public files into dist/assets, where production reads them.
const root = projectRoot();
const target = path.join(root, 'dist/assets');
const files = await buildAssets(path.join(root, 'public'), SMALLEST);
await rm(target, { recursive: true, force: true });
await writeAssets(files, target);
for (const file of files) {
  console.log(
    `${file.hashedName.padEnd(26)} ${file.body.length} bytes, ${file.gzip.length} gzip, ${file.brotli.length} brotli`,
  );
}
