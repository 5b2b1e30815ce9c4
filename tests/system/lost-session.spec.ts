import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { cast, demoPassword } from '../../seeds/cast.ts';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';
import { ageSessions } from '../support/sessions.ts';

const demo = await demoCompany();
const number = await demo.ticket('Scanners at Dock 4 stuck on “Syncing”');

/** As a suspension or "sign out everywhere" does it. */
const endSessions = () => demo.db('users').where({ email: cast.jonas.email }).increment('session_epoch', 1);

const sent = async (body: string) => (await demo.db('comments').where({ body })).length;

async function signInAgain(page: Page) {
  await page.getByLabel('Work email').fill(cast.jonas.email);
  await page.getByLabel('Password').fill(demoPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

describe.skipIf(noChromium)('a session that ends while somebody types (needs Chromium)', () => {
  inChromium();

  test('without JavaScript the text comes back after signing in, and goes out once, by hand', async () => {
    const page = await browse(demo, { javascript: false, context: await demo.signedIn('jonas') });
    const text = 'Typed on the plain page: Hall B works again.';
    await page.goto(`/tickets/${number}`);
    await page.locator('#reply').fill(text);
    await endSessions();
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByText('what you typed comes back').waitFor();
    await signInAgain(page);
    await page.getByRole('heading', { name: 'Send what you wrote' }).waitFor();
    expect(await page.locator('textarea').inputValue()).toBe(text);
    expect(await sent(text)).toBe(0);
    await page.getByRole('button', { name: 'Send it now' }).click();
    await page.locator('.thread').getByText(text).waitFor();
    expect(await sent(text)).toBe(1);
    await page.reload();
    expect(await sent(text)).toBe(1);
  });

  test('with JavaScript the text is back where it was typed', async () => {
    const page = await browse(demo, { context: await demo.signedIn('jonas') });
    const text = 'Typed on the quick page: Hall C works, too.';
    await page.goto(`/tickets/${number}`);
    await page.locator('#reply').fill(text);
    await endSessions();
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByLabel('Password').waitFor();
    await signInAgain(page);
    await page.locator('textarea').waitFor();
    expect(await page.locator('textarea').inputValue()).toBe(text);
    expect(await sent(text)).toBe(0);
    await page.getByRole('button', { name: /^(Send reply|Send it now)$/ }).click();
    await page.locator('.thread').getByText(text).waitFor();
    expect(await sent(text)).toBe(1);
    expect(await page.locator('#reply').inputValue()).toBe('');
  });

  test('with JavaScript the password is asked for in the page, and what was typed comes back', async () => {
    // Chromium's advice on a form with a password and a client's secret, which is one thing.
    const expects = [/Multiple forms should be contained/];
    const page = await browse(demo, { context: await demo.signedIn('kwame'), expects });
    await page.goto('/admin/mailboxes/new');
    await page.getByLabel('Name', { exact: true }).fill('Night desk');
    await page.getByLabel('User name').fill('night');
    await ageSessions(demo.db, 'confirmedAt', 60);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor();
    await page.getByLabel('Password').fill(demoPassword);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Send what you wrote' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Night desk');
    expect(await page.getByLabel('User name').inputValue()).toBe('night');
    await page.getByRole('button', { name: 'Send it now' }).click();
    await page.getByRole('heading', { name: 'Add a mailbox' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Night desk');
  });
});
