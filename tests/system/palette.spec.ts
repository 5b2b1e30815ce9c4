import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';

const demo = await demoCompany();
const asMarek = async () => browse(demo, { context: await demo.signedIn('marek') });
const option = (page: Page, name: string | RegExp) =>
  page.locator('#palette [role=option]', { hasText: name });
const isOpen = (page: Page) => page.locator('#palette').isVisible();

describe.skipIf(noChromium)('the palette (needs Chromium)', () => {
  inChromium();

  test('/ opens it, arrows choose, Enter goes there', async () => {
    const page = await asMarek();
    await page.goto('/queue/all');
    await page.keyboard.press('/');
    await option(page, 'Needs a reply').waitFor();
    await page.keyboard.type('unass');
    await option(page, 'Search: unass').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await page.locator('#palette [aria-selected=true]').textContent()).toContain('Unassigned');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/queue/unassigned');
  });

  test('Ctrl-K opens it while typing too, Escape leaves it and gives the focus back', async () => {
    const page = await asMarek();
    await page.goto('/queue/all');
    await page.locator('#f').focus();
    await page.keyboard.press('Control+k');
    await option(page, 'Needs a reply').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#palette').waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.id')).toBe('f');
  });

  test('finds a ticket, and acts on the one that is open', async () => {
    const page = await asMarek();
    await page.goto('/queue/all');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/tickets\/\d+/);
    await page.keyboard.press('Control+k');
    await option(page, 'Write an internal note').waitFor();
    await page.keyboard.type('intern');
    await page.locator('#palette [aria-selected=true]', { hasText: 'Write an internal note' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.composer textarea:focus').waitFor();
    expect(await page.locator('.composer [name=kind]:checked').getAttribute('value')).toBe('note');
  });

  test('splits, solves and closes the open ticket', async () => {
    const page = await asMarek();
    const number = await demo.ticket('VPN drops every 20 minutes on home Wi-Fi');
    const choose = async (words: string, name: string) => {
      await page.goto(`/tickets/${number}`);
      await page.keyboard.press('Control+k');
      await option(page, name).waitFor();
      await page.keyboard.type(words);
      await page.locator('#palette [aria-selected=true]', { hasText: name }).waitFor();
      await page.keyboard.press('Enter');
    };
    await choose('make a', 'Make a ticket of the last message');
    await page.waitForURL(/\/comments\/\d+\/split/);
    await choose('mark as so', 'Mark as solved');
    await page.getByRole('button', { name: 'Reopen ticket' }).waitFor();
    await choose('close', 'Close ticket');
    await page.getByText('Closed', { exact: true }).first().waitFor();
  });

  test('stays closed once single keys are switched off', async () => {
    const page = await asMarek();
    await page.goto('/queue/all');
    await page.evaluate("document.documentElement.dataset.keys = 'off'");
    await page.keyboard.press('/');
    await page.keyboard.press('Control+k');
    expect(await isOpen(page)).toBe(false);
  });
});
