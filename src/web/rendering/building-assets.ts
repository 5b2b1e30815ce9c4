import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleAsync, transform } from 'lightningcss';
import { type AssetFile, type AssetName, assetFile, type CompressionLevels } from './asset-files.ts';
import { hueRules } from './brand-hues.ts';

/** The oldest browsers that see the design as drawn (DESIGN.md §2). */
const CSS_TARGETS = { chrome: 123 << 16, firefox: 128 << 16, safari: (17 << 16) | (5 << 8) };
const JS_TARGETS = ['chrome123', 'firefox128', 'safari17.5'];

const IMAGES: AssetName[] = ['icons.svg', 'logo.svg', 'favicon.svg'];
const SCRIPTS: AssetName[] = ['app.js', 'desk.js', 'workspace.js', 'push.js'];

/** Builds every public file from `publicDir` (the folder with css, js and img) in memory. */
export async function buildAssets(publicDir: string, levels: CompressionLevels): Promise<AssetFile[]> {
  const images = await Promise.all(
    IMAGES.map(async name =>
      assetFile(name, trimSvg(await readFile(path.join(publicDir, 'img', name), 'utf8')), levels),
    ),
  );
  const [styles, scripts] = await Promise.all([
    buildStyles(path.join(publicDir, 'css/app.css')),
    Promise.all(
      SCRIPTS.map(async name => [name, await buildScript(path.join(publicDir, 'js', name))] as const),
    ),
  ]);
  return [
    assetFile('app.css', styles, levels),
    ...scripts.map(([name, body]) => assetFile(name, body, levels)),
    ...images,
  ];
}

async function buildStyles(entry: string): Promise<Buffer> {
  const bundled = await bundleAsync({ filename: entry, minify: true, targets: CSS_TARGETS });
  const hues = transform({ filename: 'hues.css', code: Buffer.from(hueRules()), minify: true });
  return Buffer.concat([bundled.code, hues.code]);
}

async function buildScript(entry: string): Promise<Buffer> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: JS_TARGETS,
    legalComments: 'none',
    logLevel: 'error',
  });
  const [output] = result.outputFiles;
  if (!output) throw new Error(`No output for ${entry}`);
  return Buffer.from(output.contents);
}

/** The sprite is written one symbol a line for diffs; the line ends need not travel. */
function trimSvg(text: string): Buffer {
  return Buffer.from(text.replace(/>\s+</g, '><').trim());
}
