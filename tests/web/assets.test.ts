import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ASSET_NAMES,
  type AssetFile,
  type AssetName,
  SMALLEST,
} from '../../src/web/rendering/asset-files.ts';
import { type Assets, createAssets, writeAssets } from '../../src/web/rendering/assets.ts';
import { BRAND_HUES, nearestHue } from '../../src/web/rendering/brand-hues.ts';
import { buildAssets } from '../../src/web/rendering/building-assets.ts';

let assets: Assets;
let built: AssetFile[];
let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'assets-'));
  built = await buildAssets('public', SMALLEST);
  await writeAssets(built, folder);
  assets = await createAssets({ production: true, builtDir: folder });
  const app = express();
  app.use('/assets', assets.handler);
  server = app.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

const file = (name: AssetName) => built.find(one => one.name === name)!;
const get = (url: string, encoding = 'identity', method = 'GET') =>
  fetch(origin + url, { method, headers: { 'Accept-Encoding': encoding } });

describe('weight, gzip', () => {
  const kilobytes = (...names: AssetName[]) =>
    names.reduce((sum, name) => sum + gzipSync(file(name).body, { level: 9 }).length, 0) / 1024;

  test('the stylesheet fits 20 KB', () => expect(kilobytes('app.css')).toBeLessThan(20));
  test('the script of every page, htmx included, fits 30 KB', () => {
    expect(kilobytes('app.js')).toBeLessThan(30);
  });
  test('the queue and the ticket, with Alpine, fit 45 KB', () => {
    expect(kilobytes('app.js', 'desk.js')).toBeLessThan(45);
  });
  test('the icon sprite fits 6 KB', () => expect(kilobytes('icons.svg')).toBeLessThan(6));
});

describe('what is built', () => {
  test('the policy is kept: no eval, nothing from elsewhere, and the styles ask for no file', () => {
    const css = file('app.css').body.toString();
    expect(css).not.toContain('url(');
    for (const name of ['app.js', 'desk.js'] as const) {
      expect(file(name).body.toString()).not.toMatch(/\beval\(|https?:\/\/(?!www\.w3\.org|alpinejs\.dev)/);
    }
  });

  test('every brand hue has its rule', () => {
    const css = file('app.css').body.toString();
    for (const hue of BRAND_HUES)
      expect(css).toMatch(new RegExp(`\\[data-hue="${hue}"\\]\\{--brand-h:${hue}[;}]`));
    expect(nearestHue(203)).toBe(205);
    expect(nearestHue(356)).toBe(0);
  });

  test('without a build, the same files are made at start, quickly', async () => {
    const start = performance.now();
    const fresh = await createAssets({ production: false });
    // Ten times what it takes on a quiet machine: this catches a mistake, not a busy minute.
    expect(performance.now() - start).toBeLessThan(5_000);
    for (const name of ASSET_NAMES) expect(fresh.url(name)).toBe(assets.url(name));
  });
});

describe('serving', () => {
  test('a file may be kept for ever and says what it is', async () => {
    const res = await get(assets.url('app.css'));
    expect(res.status).toBe(200);
    expect(res.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(res.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(res.headers.get('x-content-type-options')).toBe('nosniff');
    expect(res.headers.get('vary')).toBe('Accept-Encoding');
    expect(await res.text()).toBe(file('app.css').body.toString());
  });

  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['identity', null],
  ])('asked for %o, it answers in %o', async (accepted, expected) => {
    const res = await get(assets.url('app.js'), accepted);
    expect(res.headers.get('content-encoding')).toBe(expected);
    expect(await res.text()).toBe(file('app.js').body.toString());
  });

  test('the compressed forms hold the same bytes', () => {
    for (const { body, brotli, gzip } of built) {
      expect(brotliDecompressSync(brotli).equals(body)).toBe(true);
      expect(gunzipSync(gzip).equals(body)).toBe(true);
    }
  });

  test('HEAD has the headers alone', async () => {
    const res = await get(assets.url('icons.svg'), 'identity', 'HEAD');
    expect(res.headers.get('content-length')).toBe(String(file('icons.svg').body.length));
    expect(res.headers.get('content-type')).toBe('image/svg+xml');
    expect(await res.text()).toBe('');
  });

  test.each(['/assets/app.css', '/assets/app.0000000000.css', '/assets/..%2f..%2fpackage.json', '/assets/'])(
    '%s is not there, and that is not kept',
    async url => {
      const res = await get(url);
      expect(res.status).toBe(404);
      expect(res.headers.get('cache-control')).toBe('no-store');
    },
  );

  test('nothing can be written', async () => {
    expect((await get(assets.url('app.css'), 'identity', 'POST')).status).toBe(405);
  });
});
