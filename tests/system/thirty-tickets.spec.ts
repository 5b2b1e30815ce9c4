import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { cast, demoPassword } from '../../seeds/cast.ts';
import { loadSignedIn } from '../../src/domain/identity/person.ts';
import { indexTickets } from '../../src/domain/search/documents.ts';
import { createTicket } from '../../src/domain/tickets/creating.ts';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';

const demo = await demoCompany();
const { db } = demo;
const marek = await demo.userId('marek');
await db('users').where({ id: marek }).update({ hold_seconds: 0 });

/** Words that no other ticket of the company has. */
const SUBJECTS = Array.from({ length: 29 }, (_, i) => `Loading bay tablet ${String(i + 1).padStart(2, '0')}`);
const numbers = await raise();
const numberOf = (nth: number) => numbers[nth - 1]!;
const worked = new Set<number>();

/** All of one employee, so that they may be merged, and of the team whose tickets Marek works. */
async function raise(): Promise<number[]> {
  const category = await db('categories as c')
    .join('teams as t', 't.id', 'c.team_id')
    .where('t.name', 'IT support')
    .first('c.id');
  const jonas = await loadSignedIn(db, await demo.userId('jonas'));
  const ctx = await demo.services.contextFor(jonas!.person);
  const made: { id: number; number: number }[] = [];
  for (const subject of SUBJECTS) {
    made.push(await createTicket(ctx, { subject, body: 'It shows nothing.', categoryId: category.id }));
  }
  await indexTickets(
    db,
    made.map(each => each.id),
  );
  return made.map(each => each.number);
}

const ticket = (nth: number) =>
  db('tickets')
    .where({ number: numberOf(nth) })
    .first();
const lastComment = async (nth: number) =>
  db('comments')
    .where({ ticket_id: (await ticket(nth)).id })
    .orderBy('id', 'desc')
    .first();

/** The state that this ticket has to end in, read from the database. */
async function ends(nth: number, expected: Record<string, unknown>) {
  await expect.poll(() => ticket(nth), { timeout: 10_000 }).toMatchObject(expected);
  worked.add(numberOf(nth));
}
async function says(nth: number, expected: Record<string, unknown>) {
  await expect.poll(() => lastComment(nth), { timeout: 10_000 }).toMatchObject(expected);
  worked.add(numberOf(nth));
}

const focused = (page: Page, selector: string) =>
  page.locator(`${selector}:focus, ${selector} :focus`).first().waitFor();
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
/** For a key that leads to another page, or draws this one anew. */
async function go(page: Page, ...keys: string[]) {
  const loaded = page.waitForEvent('load');
  await press(page, ...keys);
  await loaded;
}

async function tabTo(page: Page, name: string) {
  for (let i = 0; i < 80; i += 1) {
    if ((await page.evaluate('document.activeElement.name')) === name) return;
    await press(page, 'Tab');
  }
  throw new Error(`Tab does not reach ${name}`);
}

const rowAt = (page: Page, subject: string): Promise<[number, number]> =>
  page.evaluate(`(() => {
    const rows = [...document.querySelectorAll('.queue tbody tr')];
    const at = rows.findIndex(row => row.classList.contains('is-cursor'));
    return [at, rows.findIndex(row => row.textContent.includes(${JSON.stringify(subject)}))];
  })()`);

/** By J and K to the row of that ticket, which then has the focus. */
async function walkTo(page: Page, nth: number) {
  const subject = SUBJECTS[nth - 1]!;
  const [at, to] = await rowAt(page, subject);
  if (to < 0) throw new Error(`${subject} is not in the list`);
  const key = to > at ? 'j' : 'k';
  for (let i = Math.abs(to - at); i > 0; i -= 1) await page.keyboard.press(key);
  await page.locator('.queue tbody tr.is-cursor a.cover:focus', { hasText: subject }).waitFor();
}

async function openByNumber(page: Page, nth: number) {
  await press(page, '/');
  await focused(page, '#palette-q');
  await page.keyboard.type(String(numberOf(nth)));
  await page.locator('#palette [aria-selected=true]', { hasText: SUBJECTS[nth - 1]! }).waitFor();
  await go(page, 'Enter');
  await isOpen(page, nth);
}

async function isOpen(page: Page, nth: number) {
  await page.locator('h1', { hasText: SUBJECTS[nth - 1]! }).waitFor();
}

/** Down to that line of the menu that a key has opened, and Enter. */
async function choose(page: Page, menu: string, label: string) {
  await focused(page, `${menu} button`);
  for (let i = 0; i < 20; i += 1) {
    if ((await page.locator(`${menu} :focus`).textContent())?.trim() === label) return go(page, 'Enter');
    await press(page, 'ArrowDown');
  }
  throw new Error(`No ${label} in ${menu}`);
}

/** In the list of choices that a key has opened. */
async function pick(page: Page, list: string, label: string) {
  await focused(page, list);
  await page.keyboard.type(label);
  await press(page, 'Enter');
  await page.locator('#main:focus, #main :focus:not(select)').waitFor();
}

/** With the focus on the new message afterwards, so that the next key acts. */
async function write(page: Page, key: 'r' | 'n', text: string, send = 'Control+Enter') {
  await press(page, key);
  await focused(page, '#reply');
  await page.keyboard.type(text);
  await press(page, send);
  await page.locator('.thread :focus', { hasText: text }).waitFor();
}

/** With the arrows to that line of the palette. */
async function downTo(page: Page, line: RegExp) {
  await page.locator('#palette').getByRole('option', { name: line }).first().waitFor();
  const chosen = page.locator('#palette [aria-selected=true]');
  for (let i = 0; i < 20 && !line.test((await chosen.textContent())?.trim() ?? ''); i += 1) {
    await press(page, 'ArrowDown');
  }
  expect((await chosen.textContent())?.trim()).toMatch(line);
}

async function act(page: Page, words: string, label: string) {
  await press(page, 'Control+k');
  await focused(page, '#palette-q');
  await page.keyboard.type(words);
  await page.locator('#palette [aria-selected=true]', { hasText: label }).waitFor();
}

describe.skipIf(noChromium)('a day by keyboard (needs Chromium)', () => {
  inChromium();

  test('thirty tickets are worked through without a pointer', { timeout: 120_000 }, async () => {
    const page = await browse(demo);
    await signIn(page);
    await inTheQueue(page);
    await onTickets(page);
    await byPalette(page);
    await throughTheList(page);
    await aNewOne(page);
    expect(worked.size).toBe(30);
  });

  test('with the keys switched off no single key acts', async () => {
    const page = await browse(demo);
    await signIn(page);
    await press(page, '/');
    await focused(page, '#palette-q');
    await page.keyboard.type('profile');
    await downTo(page, /^Profile\s*Go to$/);
    await go(page, 'Enter');
    await tabTo(page, 'shortcuts');
    await press(page, 'Space');
    await go(page, 'Enter');
    await page.locator('html[data-keys=off]').waitFor();
    const address = page.url();
    await press(page, 'j', 'x', 'a', 's', 'p', 'm', 't', 'c', 'f', '/', '?', 'Control+k', 'g', 'm');
    expect(page.url()).toBe(address);
    expect(
      await page.locator('.is-cursor, [name=ids]:checked, dialog[open], .menu:popover-open').count(),
    ).toBe(0);
    expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
  });
});

async function signIn(page: Page) {
  await page.goto('/sign-in');
  await tabTo(page, 'email');
  await page.keyboard.type(cast.marek.email);
  await tabTo(page, 'password');
  await page.keyboard.type(demoPassword);
  await go(page, 'Enter');
  await page.locator('.sidebar').waitFor();
}

/** 1 to 9: found with F, chosen with J, K and X, changed with A, P, S and M. */
async function inTheQueue(page: Page) {
  await go(page, 'g', 'u');
  await press(page, 'Shift+?');
  await focused(page, '#keys');
  await press(page, 'Escape');
  await press(page, 'f');
  await focused(page, '#f');
  await page.keyboard.type('Loading bay tablet');
  await go(page, 'Enter');

  await walkTo(page, 1);
  await press(page, 'x');
  await walkTo(page, 2);
  await press(page, 'x');
  await walkTo(page, 3);
  await press(page, 'x');
  await go(page, 'a');
  for (const nth of [1, 2, 3]) await ends(nth, { assignee_id: marek });
  await focused(page, '.queue tbody tr');

  await walkTo(page, 4);
  await go(page, 'a');
  await ends(4, { assignee_id: marek });

  await walkTo(page, 5);
  await press(page, 'x');
  await walkTo(page, 6);
  await press(page, 'x', 'p');
  await choose(page, '#bulk-priority', 'Urgent');
  for (const nth of [5, 6]) await ends(nth, { priority: 'urgent' });

  await walkTo(page, 7);
  await press(page, 's');
  await choose(page, '#bulk-status', 'On hold');
  await ends(7, { status_kind: 'waiting' });

  await walkTo(page, 8);
  await press(page, 'x');
  await walkTo(page, 9);
  await press(page, 'x');
  await go(page, 'm');
  await focused(page, 'input[name=value]');
  await press(page, 'Space');
  await go(page, 'Enter');
  await go(page, 'Enter');
  const [eight, nine] = [await ticket(8), await ticket(9)];
  expect([eight.merged_into, nine.merged_into].filter(Boolean)).toHaveLength(1);
  worked.add(eight.number).add(nine.number);
}

/** 10 to 18: each opened by its number. */
async function onTickets(page: Page) {
  await openByNumber(page, 10);
  await go(page, 'a');
  await ends(10, { assignee_id: marek });

  await openByNumber(page, 11);
  await write(page, 'r', 'Please hold its button for ten seconds.');
  await says(11, { kind: 'reply', author_id: marek });
  await ends(11, { status_kind: 'waiting', waiting_on: 'requester' });

  await openByNumber(page, 12);
  await write(page, 'n', 'The charger of bay 12 is broken.');
  await says(12, { kind: 'note', author_id: marek });

  await openByNumber(page, 13);
  await write(page, 'r', 'A new one lies at the desk.', 'Control+Shift+Enter');
  await ends(13, { status_kind: 'resolved' });
  await go(page, 't');
  const taken = Number(/\/tickets\/(\d+)/.exec(page.url())![1]);
  expect(await db('tickets').where({ number: taken }).first()).toMatchObject({ assignee_id: marek });

  await openByNumber(page, 14);
  await press(page, 's');
  await pick(page, '#p-status', 'In progress');
  await ends(14, { status_kind: 'open' });

  await openByNumber(page, 15);
  await press(page, 'p');
  await pick(page, '#p-priority', 'High');
  await ends(15, { priority: 'high' });

  await openByNumber(page, 16);
  await go(page, 'w');
  const follows = async () =>
    db('ticket_followers').where({ ticket_id: (await ticket(16)).id, user_id: marek });
  await expect.poll(follows).toHaveLength(1);
  worked.add(numberOf(16));

  await openByNumber(page, 17);
  await go(page, 'm');
  await focused(page, '[name=into]');
  await page.keyboard.type(String(numberOf(18)));
  await go(page, 'Enter');
  await focused(page, 'main form button');
  await go(page, 'Enter');
  await ends(17, { status_kind: 'closed', merged_into: (await ticket(18)).id });
  await isOpen(page, 18);
  await write(page, 'r', 'Both go on here.');
  await says(18, { kind: 'reply' });
}

/** 19 to 24: saved replies, a macro, a mention, and what the palette acts. */
async function byPalette(page: Page) {
  await openByNumber(page, 19);
  await press(page, ';');
  await focused(page, '#canned-q');
  await page.locator('#canned [data-insert]').first().waitFor();
  await page.keyboard.type('collect');
  await press(page, 'Enter');
  await focused(page, '#reply');
  await press(page, 'Control+Enter');
  await page.locator('.thread :focus', { hasText: 'it is ready at the IT desk' }).waitFor();
  await says(19, { kind: 'reply' });

  await openByNumber(page, 20);
  await press(page, ';');
  await focused(page, '#canned-q');
  await page.locator('#canned a[data-name]').first().waitFor();
  await page.keyboard.type('take over');
  await go(page, 'Enter');
  await focused(page, 'main form button');
  await go(page, 'Enter');
  await ends(20, { assignee_id: marek, status_kind: 'waiting', tags: ['vpn'] });

  await press(page, 'Control+k');
  await focused(page, '#palette-q');
  await page.keyboard.type(SUBJECTS[20]!);
  await downTo(page, new RegExp(`^${SUBJECTS[20]!}`));
  await go(page, 'Enter');
  await isOpen(page, 21);
  await act(page, 'intern', 'Write an internal note');
  await press(page, 'Enter');
  await focused(page, '#reply');
  await page.keyboard.type('Ask @Pri');
  await page.locator('[data-mention^="Priya"]').waitFor();
  await press(page, 'Enter', 'Control+Enter');
  await page.locator('.msg-note .mention', { hasText: 'Priya' }).waitFor();
  await says(21, { kind: 'note' });

  await openByNumber(page, 22);
  await act(page, 'assign', 'Assign to me');
  await go(page, 'Enter');
  await ends(22, { assignee_id: marek });

  await openByNumber(page, 23);
  await act(page, 'tags', 'Change tags');
  await press(page, 'Enter');
  await focused(page, '#p-tag');
  await page.keyboard.type('tablet');
  await press(page, 'Enter');
  await ends(23, { tags: ['tablet'] });
  await focused(page, '#p-tag');
  await press(page, 'Escape');
  await page.locator('#main:focus').waitFor();

  await openByNumber(page, 24);
  await act(page, 'priority', 'Change priority');
  await press(page, 'Enter');
  await pick(page, '#p-priority', 'Low');
  await ends(24, { priority: 'low' });
}

/** 25 to 29: opened with Enter, on to the next with J and back with K, as one reads a list. */
async function throughTheList(page: Page) {
  await go(page, 'g', 'q');
  await go(page, 'g', 'm');
  await go(page, 'g', 'u');
  await walkTo(page, 27);
  await press(page, 'k', 'j');
  await go(page, 'Enter');
  await isOpen(page, 27);
  const position = await page.locator('.sheet-head').textContent();
  expect(position).toMatch(/\d+ of \d+/);

  // What is written and left with Escape stays, and the keys act again.
  await press(page, 'n');
  await focused(page, '#reply');
  await page.keyboard.type('Half a note');
  await press(page, 'Escape');
  await page.locator('#main:focus').waitFor();
  expect(await page.locator('#reply').inputValue()).toBe('Half a note');
  await press(page, 'n');
  await focused(page, '#reply');
  await press(page, 'Control+Enter');
  await page.locator('.msg-note', { hasText: 'Half a note' }).waitFor();
  await says(27, { kind: 'note', body: 'Half a note' });

  const rest = [25, 26, 28, 29];
  for (const direction of ['j', 'j', 'j', 'j', 'k', 'k', 'k', 'k', 'k', 'k', 'k', 'k'] as const) {
    if (rest.every(nth => worked.has(numberOf(nth)))) break;
    if ((await page.locator(`#main [data-key="${direction}"]`).count()) === 0) continue;
    await go(page, direction);
    const here = rest.find(nth => page.url().includes(`/tickets/${numberOf(nth)}`));
    if (!here || worked.has(numberOf(here))) continue;
    await write(page, 'r', `About tablet ${here}: it is exchanged.`, 'Control+Shift+Enter');
    await ends(here, { status_kind: 'resolved' });
  }
}

/** The thirtieth: somebody stands at the desk. */
async function aNewOne(page: Page) {
  await go(page, 'g', 'q');
  await go(page, 'c');
  await press(page, 'Tab');
  await focused(page, '.skip');
  await press(page, 'Enter');
  await tabTo(page, 'requester');
  await page.keyboard.type(cast.sofie.email);
  await press(page, 'Tab');
  await page.keyboard.type('Hard');
  await press(page, 'Tab');
  await page.keyboard.type('Tablet dropped at gate 2');
  await press(page, 'Tab', 'Tab');
  await focused(page, '#f-body');
  await page.keyboard.type('The glass is broken.');
  await press(page, 'Control+Enter');
  await page.waitForURL(/\/tickets\/\d+/);
  const made = await db('tickets').where({ subject: 'Tablet dropped at gate 2' }).first();
  expect(made).toMatchObject({ requester_id: await demo.userId('sofie') });
  await page.locator('h1', { hasText: 'Tablet dropped at gate 2' }).waitFor();
  await go(page, 'a');
  await expect
    .poll(() => db('tickets').where({ id: made.id }).first('assignee_id'))
    .toEqual({ assignee_id: marek });
  worked.add(made.number);
}
