import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Program, startProgram } from '../../scripts/drills/program.ts';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { stored } from '../support/demo.ts';
import { type MadeUser, PASSWORD, testWorld, usualPeople } from '../support/factories.ts';
import { roundRobin } from '../support/round-robin.ts';
import { visitor } from '../support/visitor.ts';

const world = await testWorld({ clock: { now: () => new Date() } as never });
const { config, makeTicket, makeUser } = world;
const { it, employee, coordinator } = await usualPeople(world);
const ana = await makeUser({ role: 'coordinator', teams: [it], firstName: 'Ana' });

let webs: Program[] = [];
/** Those that a proxy would send new requests to. */
let ready: Program[] = [];
let address = { url: '' } as Awaited<ReturnType<typeof roundRobin>>;
beforeAll(async () => {
  const settings = { PORT: '0', DATABASE_URL: config.database.url, DATA_DIR: config.dataDir };
  webs = await Promise.all([startProgram('server', settings), startProgram('server', settings)]);
  ready = [...webs];
  address = await roundRobin(() => ready.map(web => web.url));
}, 60_000);
afterAll(() => {
  address.server?.closeAllConnections();
  address.server?.close();
  for (const web of webs) web.signal('SIGKILL');
});

async function pageOf(who: MadeUser, at: string, javascript = true): Promise<Page> {
  const person = await visitor({ url: address.url });
  await person.get('/sign-in');
  person.fill({ 'Work email': who.email, Password: PASSWORD });
  await person.click('Sign in');
  expect(person.status).toBe(200);
  const context = { storageState: stored(address.url, Object.fromEntries(person.cookies)) };
  const page = await browse(address, {
    context,
    javascript,
    expects: [/ERR_(INCOMPLETE|CONNECTION)/, /Autofocus processing/],
  });
  await page.goto(at);
  return page;
}

describe.skipIf(noChromium)('two web processes behind one address (needs Chromium)', () => {
  inChromium();

  test('show two people on one ticket each other, the answer that arrives, its status, and the counts', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const path = `/tickets/${ticket.number}`;
    const marek = await pageOf(coordinator, path);
    const other = await pageOf(ana, path);
    const bar = marek.locator('#presence');
    await bar.getByText('Ana has this open').waitFor();
    await other.locator('#presence').getByText('Marek has this open').waitFor();

    const count = marek.locator('#queue-views a[href="/queue/needs-reply"] .count');
    const waiting = Number(await count.textContent());
    await other.locator('#reply').pressSequentially('Restart it, please');
    await bar.getByText('Ana is replying').waitFor();
    const mine = marek.locator('#reply');
    await mine.fill('What I was about to say');

    await other.getByRole('button', { name: /Send and wait/ }).click();
    await marek.locator('#thread').getByText('Restart it, please').waitFor();
    await marek.locator('#answered').getByText('Ana answered just now').waitFor();
    expect(await mine.inputValue()).toBe('What I was about to say');
    await expectPatiently(() => marek.locator('#p-status').inputValue(), 'on-hold:requester');
    await expectPatiently(
      async () => ((await count.count()) ? Number(await count.textContent()) : 0),
      waiting - 1,
    );
    // Her own page took her message once.
    expect(await other.locator('#thread').getByText('Restart it, please').count()).toBe(1);
  });

  test('leave alone what somebody is choosing, and show it when they are done', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const page = await pageOf(coordinator, `/tickets/${ticket.number}`);
    await page.locator('#presence').waitFor({ state: 'attached' });
    await page.locator('#p-status').focus();
    const other = await pageOf(ana, `/tickets/${ticket.number}`);
    await other.locator('#p-priority').selectOption('urgent');
    await page
      .locator('#thread')
      .getByText(/priority to Urgent/)
      .waitFor();
    expect(await page.locator('#p-priority').inputValue()).toBe('medium');
    expect(await page.evaluate('document.activeElement.id')).toBe('p-status');
    await page.locator('#reply').focus();
    await expectPatiently(() => page.locator('#p-priority').inputValue(), 'urgent');
  });

  test('tell the requester of the answer, and nothing of notes and of who is there', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const path = `/tickets/${ticket.number}`;
    const jonas = await pageOf(employee, path);
    const marek = await pageOf(coordinator, path);
    await marek.getByRole('radio', { name: 'Internal note' }).check({ force: true });
    await marek.locator('#reply').fill('CANARY for the desk');
    await marek.getByRole('button', { name: 'Add note' }).click();
    await marek.locator('#thread').getByText('CANARY').waitFor();
    await marek.getByRole('radio', { name: /Reply to/ }).check({ force: true });
    await marek.locator('#reply').fill('Good news');
    await marek.getByRole('button', { name: /Send and wait/ }).click();
    await jonas.locator('#thread').getByText('Good news').waitFor();
    const html = await jonas.content();
    expect(html).not.toContain('CANARY');
    expect(html).not.toContain('id="presence"');
    expect(html).not.toContain('has this open');
  });

  test('without JavaScript a page shows who is writing when it is opened', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const path = `/tickets/${ticket.number}`;
    const plain = await pageOf(ana, path, false);
    await plain.locator('#reply').fill('Begun');
    await plain.getByRole('button', { name: 'Save draft' }).click();
    const page = await pageOf(coordinator, path, false);
    await page.getByText('Ana is replying').waitFor();
  });

  test('go on when one of the processes stops: its pages come to the other', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const page = await pageOf(coordinator, `/tickets/${ticket.number}`);
    const other = await pageOf(ana, `/tickets/${ticket.number}`);
    await page.locator('#presence').getByText('Ana has this open').waitFor();
    const [first, ...others] = webs;
    ready = others;
    const { code, ms } = await first!.end('SIGTERM');
    expect([code, ms < 10_000]).toEqual([0, true]);
    await other.locator('#reply').fill('From the one that is left');
    await other.getByRole('button', { name: /Send and wait/ }).click();
    await page.locator('#thread').getByText('From the one that is left').waitFor({ timeout: 30_000 });
  });
});

async function expectPatiently<T>(look: () => Promise<T>, wanted: T) {
  await expect.poll(look, { timeout: 8_000 }).toEqual(wanted);
}
