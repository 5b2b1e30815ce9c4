import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright';
import { startDemo } from '../scripts/screenshots/demo.ts';
import { findProgram } from '../scripts/tools.ts';
import { cast, demoPassword } from '../seeds/cast.ts';

/**
 * `npm run first-visit`: what somebody on a slow phone waits for on a first visit: slow 4G (562 ms, 1.5 Mbit/s) and a
 * processor four times slower. Milliseconds of the largest paint (Core Web Vitals), the middle one of five visits, and the
 * layout shift, which should be 0. It starts a demo company of its own; `-- http://localhost:3000` asks one that runs.
 */
const given = process.argv[2];
const dataDir = mkdtempSync(path.join(tmpdir(), 'smartsupport-first-visit-'));
const demo = given ? undefined : await startDemo(dataDir);
const base = given ?? demo?.url ?? '';
const { email } = cast.marek;
const PATHS = ['/sign-in', '/tickets', '/tickets/new', '/queue/needs-reply', '/search?q=scanner'];

// In text, since the checks run without the types of a page.
const WATCH = `
  window.seen = { paint: 0, shift: 0 };
  new PerformanceObserver(list => { for (const entry of list.getEntries()) seen.paint = entry.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });`;

const browser = await chromium.launch({
  executablePath: findProgram('chromium') ?? 'chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const session = await signIn(browser);
for (const at of PATHS) {
  const visits = [];
  for (let i = 0; i < 5; i += 1) visits.push(await visit(browser, at, at === '/sign-in' ? {} : session));
  visits.sort((a, b) => a.paint - b.paint);
  const { paint, shift } = visits[2]!;
  console.log(`${at.padEnd(20)} largest paint ${Math.round(paint)} ms, layout shift ${shift.toFixed(3)}`);
}
await browser.close();
await demo?.stop();
rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });

async function signIn(within: Browser): Promise<BrowserContextOptions> {
  const context = await within.newContext({ baseURL: base });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', demoPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(address => address.pathname !== '/sign-in');
  const { cookies, origins } = await context.storageState();
  await context.close();
  // Signed in, and without a file of ours, as after a year.
  return { storageState: { cookies: cookies.filter(({ name }) => name !== 'styles'), origins } };
}

async function visit(within: Browser, at: string, options: BrowserContextOptions) {
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
  const context = await within.newContext({ baseURL: base, ...phone, ...options });
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send('Network.enable');
  await wire.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 562,
    downloadThroughput: 1.5e6 / 8,
    uploadThroughput: 0.75e6 / 8,
  });
  await wire.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.addInitScript(WATCH);
  await page.goto(at, { waitUntil: 'load' });
  await page.waitForTimeout(1_500);
  const seen = (await page.evaluate('seen')) as { paint: number; shift: number };
  await context.close();
  return seen;
}
