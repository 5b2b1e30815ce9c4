import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { type CastKey, cast, demoPassword } from '../seeds/cast.ts';
import { startDemo } from './screenshots/demo.ts';
import { findProgram } from './tools.ts';

// Draws docs/screenshots anew from the demo company: each page at a desktop and on a phone, light and dark.
// `npm run screenshots -- queue home` draws only pages whose names contain one of the words.

type Shot = { name: string; who?: CastKey; path: string; then?: (page: Page) => Promise<unknown> };

const SCREENS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;

const FOLDER = path.resolve(import.meta.dirname, '../docs/screenshots');

const shots = (ticket: number): Shot[] => [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'home', who: 'jonas', path: '/' },
  { name: 'my-tickets', who: 'jonas', path: '/tickets' },
  { name: 'new-ticket', who: 'jonas', path: '/tickets/new' },
  { name: 'new-ticket-errors', who: 'jonas', path: '/tickets/new', then: sendEmpty },
  { name: 'ticket-employee', who: 'jonas', path: `/tickets/${ticket}` },
  { name: 'notifications', who: 'jonas', path: '/notifications' },
  { name: 'profile', who: 'jonas', path: '/profile' },
  { name: 'queue', who: 'marek', path: '/queue/needs-reply' },
  { name: 'ticket-desk', who: 'marek', path: `/tickets/${ticket}?from=needs-reply` },
  { name: 'search', who: 'marek', path: '/search?q=scanner' },
  { name: 'admin-users', who: 'kwame', path: '/admin/users' },
  { name: 'admin-teams', who: 'kwame', path: '/admin/teams' },
  { name: 'admin-categories', who: 'kwame', path: '/admin/categories' },
  { name: 'admin-settings', who: 'kwame', path: '/admin/settings' },
  { name: 'admin-mailboxes', who: 'kwame', path: '/admin/mailboxes' },
  { name: 'admin-mail-log', who: 'kwame', path: '/admin/mail-log' },
  { name: 'admin-mail', who: 'kwame', path: '/admin/mail-log', then: openFirst },
  { name: 'admin-templates', who: 'kwame', path: '/admin/templates' },
  { name: 'admin-template', who: 'kwame', path: '/admin/templates/ticket-received/en' },
  { name: 'notification-preferences', who: 'marek', path: '/notifications/preferences' },
  { name: 'queue-bulk', who: 'marek', path: '/queue/all', then: chooseSome },
  { name: 'palette', who: 'marek', path: `/tickets/${ticket}`, then: openPalette },
  { name: 'canned-replies', who: 'marek', path: '/admin/canned-replies' },
  { name: 'admin-audit', who: 'kwame', path: '/admin/audit' },
  { name: 'admin-jobs', who: 'kwame', path: '/admin/jobs' },
  { name: 'not-found', who: 'jonas', path: '/nothing-here' },
];

async function sendEmpty(page: Page) {
  await page.fill('[name=body]', 'The label printer on floor 2 prints everything 3 mm to the left.');
  await page.click('[data-send]');
  await page.locator('.error-summary').waitFor();
}

async function openFirst(page: Page) {
  await page.locator('main a[href*="/admin/mail-log/"]').first().click();
  await page.waitForURL(/mail-log\/\w+/);
}

async function chooseSome(page: Page) {
  for (const nth of [0, 2, 3]) await page.locator('[name=ids]').nth(nth).check();
}

async function openPalette(page: Page) {
  await page.keyboard.press('Control+k');
  await page.locator('#palette [role=option]').first().waitFor();
}

async function main(words: string[]) {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('Chromium is not installed, see docs/ or run npm test once');
  const dataDir = mkdtempSync(path.join(tmpdir(), 'smartsupport-screenshots-'));
  const demo = await startDemo(dataDir);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    mkdirSync(FOLDER, { recursive: true });
    const wanted = shots(await demo.ticket('Scanners at Dock 4 stuck on “Syncing”')).filter(
      ({ name }) => words.length === 0 || words.some(word => name.includes(word)),
    );
    for (const who of new Set(wanted.map(shot => shot.who))) {
      await drawAs(
        browser,
        demo.url,
        who,
        wanted.filter(shot => shot.who === who),
      );
    }
  } finally {
    await browser.close();
    await demo.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function drawAs(browser: Browser, url: string, who: CastKey | undefined, wanted: Shot[]) {
  const storageState = who && (await signIn(browser, url, who));
  for (const [screen, size] of Object.entries(SCREENS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        baseURL: url,
        locale: 'en',
        timezoneId: 'Europe/Amsterdam',
        colorScheme,
        reducedMotion: 'reduce',
        ...size,
        ...(storageState && { storageState }),
      });
      for (const shot of wanted) await draw(context, shot, `${shot.name}-${screen}-${colorScheme}.png`);
      await context.close();
    }
  }
}

async function signIn(browser: Browser, url: string, who: CastKey) {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.fill('[name=email]', cast[who].email);
  await page.fill('[name=password]', demoPassword);
  await page.click('main form [type=submit]');
  await page.waitForURL(to => !to.pathname.startsWith('/sign-in'));
  const state = await context.storageState();
  await context.close();
  return state;
}

async function draw(context: BrowserContext, { path: at, then }: Shot, file: string) {
  const page = await context.newPage();
  await page.goto(at, { waitUntil: 'networkidle' });
  await then?.(page);
  const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  // Flat colours: a palette halves the size and nobody sees it.
  await sharp(picture)
    .png({ palette: true, quality: 90, effort: 10, compressionLevel: 9 })
    .toFile(path.join(FOLDER, file));
  console.log(file);
  await page.close();
}

await main(process.argv.slice(2));
