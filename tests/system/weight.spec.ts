import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CDPSession, Page } from 'playwright';
import { afterAll, describe, expect, test } from 'vitest';
import type { CastKey } from '../../seeds/cast.ts';
import { SMALLEST } from '../../src/web/rendering/asset-files.ts';
import { createAssets, projectRoot, writeAssets } from '../../src/web/rendering/assets.ts';
import { buildAssets } from '../../src/web/rendering/building-assets.ts';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';
import { eventually } from '../support/eventually.ts';

// As production delivers: pressed as small as it goes.
const builtDir = mkdtempSync(path.join(tmpdir(), 'smartsupport-assets-'));
await writeAssets(await buildAssets(path.join(projectRoot(), 'public'), SMALLEST), builtDir);
afterAll(() => rmSync(builtDir, { recursive: true, force: true }));
const demo = await demoCompany({}, { assets: await createAssets({ production: true, builtDir }) });
const KB = 1_000;
const QUIET_MS = 1_500;
const desk = await demo.ticket('Scanners at Dock 4 stuck on “Syncing”');

/** Pages and what their scripts may weigh, in kilobytes over the wire; Alpine is for two of them. */
const PAGES: { name: string; who?: CastKey; path: string; scripts: number }[] = [
  { name: 'sign-in', path: '/sign-in', scripts: 30 },
  { name: 'home', who: 'jonas', path: '/', scripts: 30 },
  { name: 'new ticket', who: 'jonas', path: '/tickets/new', scripts: 30 },
  { name: 'ticket, employee', who: 'jonas', path: `/tickets/${desk}`, scripts: 30 },
  { name: 'queue', who: 'marek', path: '/queue/all', scripts: 45 },
  { name: 'ticket, desk', who: 'marek', path: `/tickets/${desk}`, scripts: 45 },
];

type Weight = { requests: number; all: number; scripts: number; styles: number };
const table: Record<string, Record<string, number>> = {};

describe.skipIf(noChromium)('the weight of a page over the wire (needs Chromium)', () => {
  inChromium();
  // A table of what was measured: the reason to run this by hand.
  afterAll(() => console.table(table));

  test.each(PAGES)('$name', async ({ name, who, path: at, scripts }) => {
    const page = await browse(demo, who ? { context: await newcomer(who) } : {});
    await watchShifts(page);
    const scale = await weighing(page);
    const opened = async () => {
      await page.goto(at);
      // Pictures in view are asked for once the page is laid out, which a busy machine does late.
      await page.evaluate('new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      return scale.read();
    };
    const first = await opened();
    const shifted = (await page.evaluate('window.shifted')) as string[];
    const again = await opened();
    table[name] = { ...rounded(first), 'repeat kB': again.all / KB, shifts: shifted.length };

    expect(first.all).toBeLessThanOrEqual(70 * KB);
    expect(first.scripts).toBeLessThanOrEqual(scripts * KB);
    expect(first.styles).toBeLessThanOrEqual(20 * KB);
    expect(first.requests).toBeLessThanOrEqual(8);
    expect(again.all).toBeLessThanOrEqual(15 * KB);
    expect(shifted, 'what moved').toEqual([]);
  });
});

/** Signed in, in a browser that has no file of ours yet. */
async function newcomer(who: CastKey) {
  const { storageState } = await demo.signedIn(who);
  const cookies = storageState.cookies.filter(({ name }) => name !== 'styles');
  return { storageState: { ...storageState, cookies } };
}

const rounded = ({ requests, all, scripts, styles }: Weight) => ({
  requests,
  'first kB': all / KB,
  'scripts kB': scripts / KB,
  'styles kB': styles / KB,
});

/** Adds up what arrives, headers and compression included; what the cache gave weighs nothing. */
async function weighing(page: Page) {
  const wire: CDPSession = await page.context().newCDPSession(page);
  await wire.send('Network.enable');
  const kinds = new Map<string, string>();
  const kept = new Set<string>();
  const underWay = new Set<string>();
  let lastAt = performance.now();
  let weight: Weight = { requests: 0, all: 0, scripts: 0, styles: 0 };
  wire.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  wire.on('Network.requestWillBeSent', ({ requestId, type }) => {
    lastAt = performance.now();
    if (type !== 'EventSource') underWay.add(requestId);
  });
  const ended = ({ requestId }: { requestId: string }) => {
    lastAt = performance.now();
    underWay.delete(requestId);
  };
  wire.on('Network.loadingFailed', ended);
  wire.on('Network.requestServedFromCache', ({ requestId }) => kept.add(requestId));
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    ended({ requestId });
    if (kept.has(requestId)) return;
    const kind = kinds.get(requestId);
    weight.requests += 1;
    weight.all += encodedDataLength;
    if (kind === 'Script') weight.scripts += encodedDataLength;
    if (kind === 'Stylesheet') weight.styles += encodedDataLength;
  });
  return {
    /** Once nothing is under way and nothing was asked for since a second and a half: the counts come after one. */
    read: async () => {
      const quiet = () => underWay.size === 0 && performance.now() - lastAt > QUIET_MS;
      await eventually(quiet, { within: 20_000 });
      const read = weight;
      weight = { requests: 0, all: 0, scripts: 0, styles: 0 };
      return read;
    },
  };
}

const watchShifts = (page: Page) =>
  page.addInitScript(`window.shifted = [];
    new PerformanceObserver(list => {
      for (const { value, sources } of list.getEntries()) {
        window.shifted.push(value + ' ' + sources.map(({ node }) => (node?.outerHTML ?? '').slice(0, 90)).join(' | '));
      }
    }).observe({ type: 'layout-shift', buffered: true })`);
