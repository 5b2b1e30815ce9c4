import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { browse, inChromium, noChromium, overflow, WAYS } from '../support/browser.ts';

const app: RequestListener = (req, res) => {
  res.setHeader('content-type', 'text/html; charset=utf-8');
  res.setHeader('content-security-policy', "default-src 'self'");
  if (req.url === '/favicon.ico') return res.writeHead(204).end();
  const bad = req.url === '/bad' ? '<p style="color:red">x</p>' : '';
  return res.end(`<!doctype html><html lang="en"><title>Small</title><h1>Small page</h1>${bad}</html>`);
};

describe.skipIf(noChromium)('the browser of the tests (needs Chromium)', () => {
  inChromium();

  test.each(WAYS)('opens a page: $name', async way => {
    const page = await browse(app, way);
    await page.goto('/');
    await page.getByRole('heading', { name: 'Small page' }).waitFor();
    expect(page.viewportSize()?.width).toBe(way.screen === 'phone' ? 390 : 1440);
    if (way.javascript) expect(await overflow(page)).toBe(0);
  });

  test('sees a breach of the content policy', async () => {
    const page = await browse(app, { expects: [/Content Security Policy/] });
    await page.goto('/bad');
    expect(await page.title()).toBe('Small');
  });

  test.fails('fails a test on what it did not expect', async () => {
    const page = await browse(app);
    await page.goto('/bad');
  });
});
