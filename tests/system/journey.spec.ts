import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorker } from '../../src/worker.ts';
import { browse, inChromium, noChromium, overflow, WAYS } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';
import { eventually } from '../support/eventually.ts';

const demo = await demoCompany();
const PASSWORD = 'gravel lantern otter nine';
const SECRET = 'The badge reader was moved by mistake';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const FILES = [
  { name: 'door.png', mimeType: 'image/png', buffer: PNG },
  { name: 'what I did ä.txt', mimeType: 'text/plain', buffer: Buffer.from('Held the badge to it, twice.') },
];

describe.skipIf(noChromium)('from a new account to a closed ticket (needs Chromium)', () => {
  inChromium();
  let worker: { stop(): Promise<void> } | undefined;
  beforeAll(async () => {
    worker = await startWorker(demo.services);
    // Replies go out at once here; that they wait and can be taken back is composer.spec.
    await demo.db('users').update({ hold_seconds: 0 });
  });
  afterAll(() => worker?.stop());

  // A phone both ways, and a desktop with scripts: the desktop without any is all of without-scripts.spec.
  const ways = WAYS.filter(({ screen, javascript }) => screen === 'phone' || javascript);
  test.each(ways)('by plain forms and links: $name', { timeout: 120_000 }, async way => {
    const email = `noor.${way.name.toLowerCase().replaceAll(' ', '-')}@halden.example`;
    const noor = await browse(demo, way);
    await askForAccount(noor, email);
    await confirmAddress(noor, email);

    const kwame = await browse(demo, { ...way, context: await demo.signedIn('kwame') });
    await approve(kwame, email);
    await signIn(noor, email);
    const ticket = await raise(noor);

    const marek = await browse(demo, { ...way, context: await demo.signedIn('marek') });
    await marek.goto('/queue/all?sort=newest');
    await marek.getByRole('link', { name: 'Dock door 3 stays shut' }).first().click();
    await send(marek, { kind: 'Internal note', text: SECRET });
    await send(marek, { kind: /^Reply to/, text: 'Please try the badge again.' });

    await noor.goto(ticket);
    expect(await status(noor)).toBe('Waiting on you');
    await send(noor, { text: 'It is still shut.' });
    expect(await status(noor)).not.toBe('Waiting on you');

    await solve(marek);
    await decide(noor, ticket, 'No, reopen it');
    expect(await status(noor)).toBe('In progress');
    await solve(marek);
    await decide(noor, ticket, 'Yes, close the ticket');
    expect(await status(noor)).toBe('Closed');
    await noor.getByRole('link', { name: 'Send a follow-up' }).waitFor();

    await sawNoNote(noor, ticket);
    if (way.javascript) expect(await overflow(noor)).toBe(0);
  });
});

async function press(page: Page, name: string | RegExp) {
  await page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).click();
}

async function askForAccount(page: Page, email: string) {
  await page.goto('/');
  await page.getByRole('link', { name: 'Ask for an account' }).click();
  await page.getByLabel('First name').fill('Noor');
  await page.getByLabel('Last name').fill('de Wit');
  await page.getByLabel('Work email').fill(email);
  await page.getByLabel('Department').selectOption({ label: 'Dispatch' });
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Ask for an account');
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
}

async function confirmAddress(page: Page, email: string) {
  await openMail(page, email);
  await page.locator('a[href*="/verify-email/"]').first().click();
  await press(page, 'Confirm my address');
  await page.getByText('An administrator looks at your account').waitFor();
}

/** The newest mail to that person, in the mailbox of a company without a mail server. */
async function openMail(page: Page, email: string) {
  await eventually(
    async () => {
      await page.goto('/dev/mail');
      return page.getByText(email).first().isVisible();
    },
    { within: 30_000, every: 300 },
  );
  await page.locator('.row', { hasText: email }).first().getByRole('link').click();
}

async function approve(page: Page, email: string) {
  await page.goto('/admin/users?show=pending');
  const waiting = page.locator('li', { hasText: email });
  await waiting.getByRole('button', { name: /Approve/ }).click();
  await page.locator('.flash').waitFor();
}

async function signIn(page: Page, email: string) {
  await page.goto('/sign-in');
  await page.getByLabel('Work email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Sign in');
  await page.getByRole('link', { name: 'New ticket' }).first().waitFor();
}

/** First without a subject, as people do; then with one, and with two files. */
async function raise(page: Page): Promise<string> {
  await page.goto('/');
  await page.locator('a[href="/tickets/new"]:visible').first().click();
  await page.getByLabel('What happened?').fill('The door does not open with my badge.');
  await page.setInputFiles('input[type=file]', FILES);
  await press(page, 'Send ticket');
  await page.locator('.error-summary').waitFor();
  expect(await page.getByLabel('What happened?').inputValue()).toBe('The door does not open with my badge.');
  await page.getByLabel('Subject').fill('Dock door 3 stays shut');
  await page.getByLabel('What is it about?').selectOption({ index: 1 });
  await press(page, 'Send ticket');
  await page.waitForURL(/\/tickets\/\d+/);
  expect(await page.locator('.thread .file .name').allTextContents()).toEqual(FILES.map(file => file.name));
  return new URL(page.url()).pathname;
}

async function send(page: Page, { kind, text }: { kind?: string | RegExp; text: string }) {
  if (kind) await page.locator('.composer .segmented label', { hasText: kind }).click();
  await page.locator('#reply').fill(text);
  await page.locator('[data-send]:visible').click();
  await page.locator('.thread').getByText(text).waitFor();
}

const status = async (page: Page) => (await page.locator('main .badge').first().textContent())?.trim();

async function solve(page: Page) {
  await page.reload();
  await press(page, 'Mark as solved');
  await page.getByRole('button', { name: 'Reopen ticket' }).waitFor();
}

async function decide(page: Page, ticket: string, answer: string) {
  await page.goto(ticket);
  expect(await status(page)).toBe('Solved, please check');
  await press(page, answer);
  await page.locator('.flash').waitFor();
}

async function sawNoNote(page: Page, ticket: string) {
  for (const path of [ticket, '/', '/tickets?show=solved', '/notifications', '/search?q=badge%20reader']) {
    await page.goto(path);
    expect(await page.content()).not.toContain(SECRET);
  }
}
