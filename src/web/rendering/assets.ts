import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { type AssetFile, type AssetName, contentType, QUICK } from './asset-files.ts';

export type Assets = {
  /** The address of a public file; it changes with the content, so it may be kept for ever. */
  url(name: AssetName): string;
  /** The style sheet as text, for a page that carries it, and what a content policy must name to allow it. */
  styles: { text: string; source: string };
  /** Answers GET and HEAD below `/assets`. */
  handler: RequestHandler;
};

type Manifest = { files: Pick<AssetFile, 'name' | 'hashedName'>[] };

const PREFIX = '/assets/';

/** They govern documents. On eight files of a first visit they would weigh as much as a page. */
const PAGE_HEADERS = [
  'Cross-Origin-Opener-Policy',
  'Origin-Agent-Cluster',
  'Permissions-Policy',
  'Referrer-Policy',
  'X-DNS-Prefetch-Control',
  'X-Download-Options',
  'X-Frame-Options',
  'X-Permitted-Cross-Domain-Policies',
  'X-XSS-Protection',
];

/** Production serves what `npm run build` wrote; elsewhere (or unbuilt) the files are built in memory now. */
export async function createAssets({
  production,
  builtDir = path.join(projectRoot(), 'dist/assets'),
}: {
  production: boolean;
  builtDir?: string;
}): Promise<Assets> {
  const isBuilt = production && existsSync(path.join(builtDir, 'manifest.json'));
  const files = isBuilt ? await readAssets(builtDir) : await buildNow();
  return serving(files);
}

/** Writes the files, their compressed forms and the manifest that names them. */
export async function writeAssets(files: AssetFile[], directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const file of files) {
    const target = path.join(directory, file.hashedName);
    await Promise.all([
      writeFile(target, file.body),
      writeFile(`${target}.br`, file.brotli),
      writeFile(`${target}.gz`, file.gzip),
    ]);
  }
  const manifest: Manifest = { files: files.map(({ name, hashedName }) => ({ name, hashedName })) };
  await writeFile(path.join(directory, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The folder with package.json, whether this runs from `src` or from `dist/src`. */
export function projectRoot(from = import.meta.dirname): string {
  if (existsSync(path.join(from, 'package.json'))) return from;
  const parent = path.dirname(from);
  if (parent === from) throw new Error('No package.json above the program');
  return projectRoot(parent);
}

// The builder is loaded only here: a production process never starts esbuild.
async function buildNow(): Promise<AssetFile[]> {
  const { buildAssets } = await import('./building-assets.ts');
  return buildAssets(path.join(projectRoot(), 'public'), QUICK);
}

async function readAssets(directory: string): Promise<AssetFile[]> {
  const manifest = JSON.parse(await readFile(path.join(directory, 'manifest.json'), 'utf8')) as Manifest;
  return Promise.all(
    manifest.files.map(async ({ name, hashedName }) => {
      const target = path.join(directory, hashedName);
      const [body, brotli, gzip] = await Promise.all([
        readFile(target),
        readFile(`${target}.br`),
        readFile(`${target}.gz`),
      ]);
      return { name, hashedName, body, brotli, gzip };
    }),
  );
}

function serving(files: AssetFile[]): Assets {
  const byName = new Map(files.map(file => [file.name, file]));
  const byHashedName = new Map(files.map(file => [file.hashedName, file]));
  const styles = byName.get('app.css')?.body ?? Buffer.from('');
  return {
    styles: {
      text: styles.toString('utf8'),
      source: `'sha256-${createHash('sha256').update(styles).digest('base64')}'`,
    },
    url(name) {
      const file = byName.get(name);
      if (!file) throw new Error(`No public file is called ${name}`);
      return PREFIX + file.hashedName;
    },
    handler(req, res) {
      const file = byHashedName.get(path.posix.basename(req.path));
      if (req.method !== 'GET' && req.method !== 'HEAD') {
        res.status(405).set('Allow', 'GET, HEAD').end();
      } else if (file) {
        send(req, res, file);
      } else {
        // Not cached: during a deployment the next instance may know the name.
        res.status(404).set('Cache-Control', 'no-store').type('text').send('Not found');
      }
    },
  };
}

function send(req: Request, res: Response, file: AssetFile): void {
  const [encoding, body] = chosenForm(req.get('Accept-Encoding') ?? '', file);
  for (const name of PAGE_HEADERS) res.removeHeader(name);
  res.set({
    // Opened on its own, a picture or script has nothing to load; the policy of the page that uses it is the page's.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Content-Type': contentType(file.hashedName),
    'Content-Length': String(body.length),
    'Cache-Control': 'public, max-age=31536000, immutable',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept-Encoding',
  });
  if (encoding) res.set('Content-Encoding', encoding);
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** Brotli first whatever the order in the header: browsers name gzip first out of habit. */
function chosenForm(header: string, file: AssetFile): [encoding: string | undefined, body: Buffer] {
  const accepted = new Set(
    header
      .toLowerCase()
      .split(',')
      .map(part => part.split(';').map(piece => piece.trim()))
      .filter(([, quality]) => !/^q=0(\.0*)?$/.test(quality ?? ''))
      .map(([name]) => name),
  );
  if (accepted.has('br')) return ['br', file.brotli];
  if (accepted.has('gzip')) return ['gzip', file.gzip];
  return [undefined, file.body];
}
