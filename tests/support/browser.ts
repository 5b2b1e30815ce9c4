import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright';
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { findProgram } from '../../scripts/tools.ts';
import { originOf, type Target } from './visitor.ts';

const SCREENS = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1440, height: 900 } },
} satisfies Record<string, BrowserContextOptions>;

export type Screen = keyof typeof SCREENS;

export type BrowseOptions = {
  javascript?: boolean;
  screen?: Screen;
  scheme?: 'light' | 'dark';
  language?: string;
  /** Messages that this test means to cause; all others fail it. */
  expects?: RegExp[];
  context?: BrowserContextOptions;
  /** Pages of one name share a profile with its cookies and its cache, for tests that only look. */
  profile?: string;
};

/** The four ways each page is tried: `describe.each(WAYS)('$name', way => …  browse(app, way))`. */
export const WAYS: { name: string; javascript: boolean; screen: Screen }[] = [
  { name: 'phone without JavaScript', javascript: false, screen: 'phone' },
  { name: 'phone with JavaScript', javascript: true, screen: 'phone' },
  { name: 'desktop without JavaScript', javascript: false, screen: 'desktop' },
  { name: 'desktop with JavaScript', javascript: true, screen: 'desktop' },
];

/** True when this machine has no Chromium: `describe.skipIf(noChromium)('…', …)`. */
export const noChromium = findProgram('chromium') === undefined;

let browser: Browser | undefined;
const profiles = new Map<string, BrowserContext>();

/** One Chromium for the file; call it once at its top. Every test gets its own profile from `browse`. */
export function inChromium(): void {
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: findProgram('chromium') ?? 'chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    browser = undefined;
    profiles.clear();
  });
}

/**
 * A new browser profile on the application, closed after the test. The test fails on anything in
 * the console, an error of a script, a breach of the content policy, a missing file, or a request
 * to another host. A failed test leaves `tmp/browser/<test>.png`.
 */
export async function browse(app: Target, options: BrowseOptions = {}): Promise<Page> {
  if (!browser) throw new Error('Call inChromium() at the top of the file');
  const { expects = [], profile } = options;
  const origin = await originOf(app);
  const context = (profile && profiles.get(profile)) || (await newProfile(browser, origin, options));
  if (profile) profiles.set(profile, context);
  const page = await context.newPage();
  const problems = watch(page, origin);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await picture(page, task.name);
    await (profile ? page : context).close();
    expect(
      problems.filter(problem => !expects.some(expected => expected.test(problem))),
      'problems that the browser saw',
    ).toEqual([]);
  });
  return page;
}

async function newProfile(browser: Browser, origin: string, options: BrowseOptions): Promise<BrowserContext> {
  const { javascript = true, screen = 'desktop', scheme = 'light', language = 'en' } = options;
  const context = await browser.newContext({
    baseURL: origin,
    locale: language,
    timezoneId: 'Europe/Berlin',
    colorScheme: scheme,
    reducedMotion: 'reduce',
    javaScriptEnabled: javascript,
    ...SCREENS[screen],
    ...options.context,
  });
  context.setDefaultTimeout(10_000);
  return context;
}

function watch(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(`script error: ${error.message}`));
  page.on('console', message => {
    // A refused form (422) or a page that is not there (404) is no fault of the page that shows it.
    if (/^Failed to load resource: .* status of 4\d\d/.test(message.text())) return;
    if (message.type() === 'debug') return;
    problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('request', request => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob|about|chrome-error):/.test(url)) {
      problems.push(`request to another host: ${url}`);
    }
  });
  page.on('response', response => {
    const kind = response.request().resourceType();
    const isFile = ['script', 'stylesheet', 'image', 'font', 'manifest'].includes(kind);
    if (isFile && response.status() >= 400) problems.push(`${kind} ${response.status()}: ${response.url()}`);
  });
  return problems;
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = path.resolve('tmp/browser');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name.replace(/[^\w-]+/g, '-').slice(0, 80)}.png`);
  await page.screenshot({ path: file, fullPage: true, timeout: 5_000 }).catch(() => undefined);
}

/** Pixels by which the page is wider than its window: 0 unless it scrolls sideways. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
