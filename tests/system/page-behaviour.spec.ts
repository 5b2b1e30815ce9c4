import express, { type Express } from 'express';
import type { Page } from 'playwright';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Assets, createAssets } from '../../src/web/rendering/assets.ts';
import { createDrawing } from '../../src/web/rendering/drawing.ts';
import { scriptStrings } from '../../src/web/rendering/script-strings.ts';
import { browse, inChromium, noChromium } from '../support/browser.ts';

// The scripts of public/js on bare pages of their own, under the policy of the real ones.
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'";
const t = (text: string, values: Record<string, unknown> = {}) =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
const SERVER_ERROR = /status of 500/;

let assets: Assets;
let app: Express;
/** What the server was sent, newest last. */
const received: Record<string, unknown>[] = [];

describe.skipIf(noChromium)('page behaviour', () => {
  inChromium();
  beforeAll(async () => {
    assets = await createAssets({ production: false });
    app = createPages();
  });

  const open = async (body: string, options: Parameters<typeof browse>[1] = {}): Promise<Page> => {
    const page = await browse(app, options);
    await page.goto(`/page?body=${encodeURIComponent(body)}`);
    return page;
  };
  const kept = (page: Page) => page.evaluate<string>('JSON.stringify({ ...sessionStorage })');

  test('words reach the scripts, and the hue the styles, without a breach of the policy', async () => {
    const page = await open('<form hx-post="/fail"><button class="btn" type="submit">Save</button></form>', {
      expects: [SERVER_ERROR],
    });
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByRole('alert').textContent()).toContain(
      'We could not confirm that; check the ticket',
    );
    const hue = "getComputedStyle(document.documentElement).getPropertyValue('--brand-h')";
    expect(await page.evaluate(hue)).toBe('120');
  });

  test('an error page of the server never replaces a part of the page', async () => {
    const page = await open(
      '<form hx-post="/fail" hx-target="#out"><select name="s" data-autosubmit><option>Open<option>Solved</select></form><p id="out">before</p>',
      { expects: [SERVER_ERROR] },
    );
    await page.getByRole('combobox').selectOption('Solved');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('Open');
    expect(await page.locator('#out').textContent()).toBe('before');
  });

  test('a wide act asks first, by a dialog whose buttons name it', async () => {
    const page = await open(
      '<form hx-post="/echo" hx-target="#out" data-confirm="Delete 3 replies?" data-confirm-yes="Delete 3 replies" data-confirm-no="Keep them"><input name="a" value="1"><button class="btn" type="submit" name="do" value="delete">Delete</button></form><p id="out"></p>',
    );
    const before = received.length;
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Keep them' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(received.length).toBe(before);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete 3 replies' }).click();
    await page.getByText('echo').waitFor();
    expect(received.at(-1)).toEqual({ a: '1', do: 'delete', confirmed: '1' });
  });

  test('unsent text survives a reload, is keyed by person, and goes when the server confirms', async () => {
    const page = await open(
      '<form hx-post="/echo" hx-target="#out"><textarea name="body" data-draft="4815" aria-label="Message"></textarea><button class="btn" type="submit" name="next" value="wait">Send</button></form><p id="out"></p>',
    );
    await page.getByLabel('Message').fill('half a thought');
    await page.reload();
    expect(await page.getByLabel('Message').inputValue()).toBe('half a thought');
    expect(await kept(page)).toContain('draft:7:4815');
    await page.getByLabel('Message').press('Control+Enter');
    await page.getByText('echo').waitFor();
    expect(received.at(-1)).toEqual({ body: 'half a thought', next: 'wait' });
    expect(await kept(page)).toBe('{}');
  });

  test('after a plain send without a word from the server the text is back, with a doubt', async () => {
    const form = (more = '') =>
      `<form method="post" action="/silent"><textarea name="body" data-draft="4815" aria-label="Message"></textarea><button class="btn" type="submit">Send</button></form>${more}`;
    const page = await open(form());
    await page.getByLabel('Message').fill('was it sent');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL('**/silent');
    await page.goto(`/page?body=${encodeURIComponent(form())}`);
    expect(await page.getByRole('alert').textContent()).toContain('We could not confirm');
    expect(await page.getByLabel('Message').inputValue()).toBe('was it sent');
    await page.goto(`/page?body=${encodeURIComponent(form('<p data-draft-done="4815"></p>'))}`);
    expect(await page.getByLabel('Message').inputValue()).toBe('');
    expect(await kept(page)).toBe('{}');
  });

  test('signing out leaves no text behind', async () => {
    const page = await open(
      '<textarea data-draft="1" aria-label="Message"></textarea><form method="post" action="/silent" data-sign-out><button class="btn" type="submit">Sign out</button></form>',
    );
    await page.getByLabel('Message').fill('private');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/silent');
    expect(await kept(page)).toBe('{}');
  });

  test('a double press on a plain form sends it once', async () => {
    const page = await open(
      '<form method="post" action="/slow"><button class="btn" type="submit" name="n" value="1">Send</button></form>',
    );
    const before = received.length;
    await page.getByRole('button', { name: 'Send' }).dblclick();
    await page.waitForURL('**/slow');
    expect(received.length).toBe(before + 1);
  });

  test('chosen files are listed with their problems, added up, and sent with progress', async () => {
    const page = await open(
      '<form hx-post="/upload" hx-target="#out" enctype="multipart/form-data" data-progress><label class="drop">Files<input type="file" name="files" multiple data-list="fl" data-max-files="2" data-max-bytes="5000"></label><ul class="files" id="fl"></ul><progress data-sent max="100" hidden></progress><button class="btn" type="submit">Send</button></form><p id="out"></p>',
    );
    const file = (name: string, size: number) => ({
      name,
      mimeType: 'text/plain',
      buffer: Buffer.alloc(size, 97),
    });
    await page.setInputFiles('[type=file]', [file('a.txt', 900), file('big.txt', 9_000)]);
    await page.setInputFiles('[type=file]', [file('b.txt', 900), file('c.txt', 900)]);
    expect(await page.locator('.file.is-bad .name').allTextContents()).toEqual(['big.txt', 'c.txt']);
    await page.getByRole('button', { name: 'Remove big.txt' }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('2 files', { exact: true }).waitFor();
    expect(await page.locator('progress').isVisible()).toBe(false);
  });

  test('a failed form gets the focus on its summary', async () => {
    const page = await open(
      '<form hx-post="/invalid" hx-target="this" hx-swap="outerHTML"><button class="btn" type="submit">Send</button></form>',
    );
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.error-summary:focus').waitFor();
  });

  test('the queue moves, selects and counts by key and by Shift', async () => {
    const page = await open(queue(), {});
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await page.locator('.is-cursor a').textContent()).toBe('Ticket 2');
    await page.keyboard.press('x');
    await page.getByLabel('Select 5').click({ modifiers: ['Shift'] });
    expect(await page.locator('#picked-live').textContent()).toBe('Selected: 4');
    expect(await page.getByRole('button', { name: 'Merge' }).isEnabled()).toBe(true);
    expect(await page.locator('output').textContent()).toBe('4');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing selected').waitFor();
    expect(await page.getByRole('button', { name: 'Merge' }).isEnabled()).toBe(false);
  });

  test('keys are silent while typing and when switched off', async () => {
    const page = await open(`${queue()}<input aria-label="Field">`);
    await page.getByLabel('Field').press('x');
    expect(await page.locator('[name=ids]:checked').count()).toBe(0);
    await page.evaluate("document.documentElement.dataset.keys = 'off'; document.activeElement.blur()");
    await page.keyboard.press('j');
    expect(await page.locator('.is-cursor').count()).toBe(0);
  });

  test('time left runs on in the page as the server drew it', async () => {
    const now = new Date();
    const draw = createDrawing({ iconUrl: assets.url('icons.svg'), t, locale: 'en', now });
    const drawn = draw.timeLeft({ dueAt: new Date(now.getTime() + 110 * 60_000 + 20_000) });
    const page = await open(drawn);
    expect(await page.evaluate("document.querySelector('.sla').outerHTML")).toBe(
      drawn.replace('/></svg>', '></use></svg>'),
    );
    expect((await page.context().cookies()).find(cookie => cookie.name === 'tz')?.value).toBe(
      'Europe%2FBerlin',
    );
  });
});

function queue(): string {
  const rows = [1, 2, 3, 4, 5, 6].map(
    n =>
      `<tr><td class="q-check"><label><input type="checkbox" name="ids" value="${n}" aria-label="Select ${n}"></label></td><td><a class="cover" href="#${n}">Ticket ${n}</a></td></tr>`,
  );
  return `<form class="queue-form" x-data="selection"><table class="table queue"><tbody>${rows.join('')}</tbody></table><output x-text="count"></output><button class="btn" type="button" :disabled="!canMerge">Merge</button><button class="btn" type="reset">Clear</button></form><p id="picked-live"></p>`;
}

function createPages(): Express {
  const pages = express();
  pages.use((_req, res, next) => {
    res.set('Content-Security-Policy', POLICY);
    next();
  });
  pages.use('/assets', assets.handler);
  pages.get('/page', (req, res) => void res.send(wrapped(String(req.query.body))));
  pages.post('/upload', async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    res.send(`${Buffer.concat(chunks).toString('latin1').split('filename=').length - 1} files`);
  });
  pages.use(express.urlencoded({ extended: false }), (req, _res, next) => {
    if (req.method === 'POST') received.push({ ...req.body });
    next();
  });
  pages.post('/echo', (_req, res) => void res.send('echo'));
  pages.post('/silent', (_req, res) => void res.send(wrapped('done')));
  pages.post('/slow', (_req, res) => void setTimeout(() => res.send(wrapped('done')), 200));
  pages.post('/fail', (_req, res) => void res.status(500).send('<h1>Server error</h1>'));
  pages.post('/invalid', (_req, res) => {
    res.status(422).send('<form><div class="error-summary" role="alert" tabindex="-1">Mend it</div></form>');
  });
  return pages;
}

function wrapped(body: string): string {
  const icons = assets.url('icons.svg');
  return `<!doctype html><html lang="en" data-hue="120"><head><meta charset="utf-8"><title>Page</title>
<link rel="icon" href="${assets.url('favicon.svg')}"><link rel="stylesheet" href="${assets.url('app.css')}">
<script defer src="${assets.url('app.js')}"></script><script defer src="${assets.url('desk.js')}"></script></head>
<body class="desk" data-person="7"><main id="main">${body}</main><div class="toasts" role="status"></div>
${scriptStrings(t, icons)}</body></html>`;
}
