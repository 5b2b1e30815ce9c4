import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';

const demo = await demoCompany();

const asMarek = async () => browse(demo, { context: await demo.signedIn('marek') });
const focused = (page: Page, selector: string) => page.locator(`${selector}:focus`).waitFor();
const picked = (page: Page) => page.locator('[name=ids]:checked').count();

describe.skipIf(noChromium)('the keyboard on the desk (needs Chromium)', () => {
  inChromium();

  test('J and K move through the queue, X picks, A takes what is picked', async () => {
    const page = await asMarek();
    await page.goto('/queue/unassigned');
    const first = await page.locator('.queue tbody tr a.cover').first().textContent();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await focused(page, '.queue tbody tr:first-child a.cover');
    await page.keyboard.press('x');
    expect(await picked(page)).toBe(1);
    await page.keyboard.press('a');
    await page.locator('.flash, .toast').first().waitFor();
    await page.goto('/queue/mine');
    expect(await page.locator('.queue tbody a.cover').allTextContents()).toContain(first);
  });

  test('Enter opens the ticket; there J goes on to the next, R and N write, Ctrl-Enter sends', async () => {
    const page = await asMarek();
    await page.goto('/queue/mine');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/tickets\/\d+/);
    const before = page.url();
    await page.keyboard.press('j');
    await page.waitForURL(url => url.href !== before && /\/tickets\/\d+/.test(url.pathname));
    await page.keyboard.press('n');
    await focused(page, '#reply');
    expect(await page.locator('[name=kind][value=note]').isChecked()).toBe(true);
    await page.keyboard.type('The spare one is in cabinet 3');
    await page.keyboard.press('Control+Enter');
    await page.locator('.thread').getByText('The spare one is in cabinet 3').waitFor();
    await page.locator('.thread :focus').getByText('The spare one is in cabinet 3').waitFor();
    await page.keyboard.press('r');
    await focused(page, '#reply');
    expect(await page.locator('[name=kind][value=reply]').isChecked()).toBe(true);
  });

  test('G and M go to what is assigned to me, F to the filter, ? to the list of keys and back', async () => {
    const page = await asMarek();
    await page.goto('/queue/all');
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.waitForURL('**/queue/mine');
    await page.keyboard.press('f');
    await focused(page, '#f');
    await page.keyboard.type('?');
    expect(await page.locator('#keys').isVisible()).toBe(false);
    await page.locator('.queue a.cover').first().focus();
    await page.keyboard.press('Shift+?');
    await page.locator('#keys').waitFor();
    await page.keyboard.press('Escape');
    await focused(page, '.queue tbody tr:first-child a.cover');
  });

  test('the focus goes to what is wrong in a form, and back to the opener of a question', async () => {
    const page = await browse(demo, { context: await demo.signedIn('jonas') });
    await page.goto('/tickets/new');
    await page.getByLabel('What happened?').fill('It smokes');
    await page.keyboard.press('Control+Enter');
    await focused(page, '.error-summary');
    await page.locator('.error-summary a').first().click();
    expect(await page.evaluate('document.activeElement.name')).toMatch(/category|subject/);

    const number = await demo.ticket('Access to Fleet Planner for Olena');
    await page.goto(`/tickets/${number}`);
    await page.getByRole('button', { name: 'More' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Withdraw ticket' }).first().press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Keep ticket' }).press('Enter');
    expect(await page.evaluate('document.activeElement !== document.body')).toBe(true);
    expect(page.url()).toContain(`/tickets/${number}`);
  });

  test('no single key does anything once they are switched off in the profile', async () => {
    const page = await browse(demo, { context: await demo.signedIn('ana') });
    await page.goto('/profile');
    await page.locator('[name=shortcuts]').uncheck();
    await page.locator('#profile').getByRole('button', { name: 'Save' }).click();
    await page.locator('.flash').waitFor();
    await page.goto('/queue/all');
    for (const key of ['j', 'x', '?', 'g', 'm']) await page.keyboard.press(key);
    expect(await picked(page)).toBe(0);
    expect(await page.locator('.is-cursor').count()).toBe(0);
    expect(await page.locator('#keys').isVisible()).toBe(false);
    expect(new URL(page.url()).pathname).toBe('/queue/all');
  });
});
