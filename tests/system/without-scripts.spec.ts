import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { systemActor } from '../../src/domain/access/actor.ts';
import { workThroughRuns } from '../../src/domain/bulk/working.ts';
import { loadSignedIn } from '../../src/domain/identity/person.ts';
import { indexTickets } from '../../src/domain/search/documents.ts';
import { addComment } from '../../src/domain/tickets/commenting.ts';
import { createTicket } from '../../src/domain/tickets/creating.ts';
import { findTicket } from '../../src/domain/tickets/ticket.ts';
import { browse, inChromium, noChromium, WAYS } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';

const demo = await demoCompany();
const { db } = demo;
const ids = { marek: await demo.userId('marek'), ana: await demo.userId('ana') };
const sessions = { marek: await demo.signedIn('marek'), kwame: await demo.signedIn('kwame') };
/** The same forms on a phone, which costs as long again: with EVERY_WAY=1. */
const withoutScripts = WAYS.filter(
  way => !way.javascript && (way.screen === 'desktop' || process.env.EVERY_WAY === '1'),
);

type Made = { id: number; number: number; subject: string };
let made = 0;

const as = async (who: 'jonas' | 'ana') => {
  const found = await loadSignedIn(db, await demo.userId(who));
  return demo.services.contextFor(found!.person);
};

/** A fresh ticket of Jonas, for the team that Marek works in. */
async function raise(words = 'Gate printer'): Promise<Made> {
  made += 1;
  const category = await db('categories as c')
    .join('teams as t', 't.id', 'c.team_id')
    .where('t.name', 'IT support')
    .first('c.id');
  const subject = `${words} ${made}`;
  const ticket = await createTicket(await as('jonas'), {
    subject,
    body: 'It prints **nothing**.',
    categoryId: category.id,
  });
  await indexTickets(db, [ticket.id]);
  return { ...ticket, subject };
}

const stored = ({ id }: Made) => db('tickets').where({ id }).first();
const comments = ({ id }: Made) => db('comments').where({ ticket_id: id }).orderBy('id');
const runs = async () => workThroughRuns(await demo.services.contextFor(systemActor('test')));

const click = (page: Page, name: string | RegExp, within = '#main') =>
  page
    .locator(within)
    .getByRole('button', { name, exact: typeof name === 'string' })
    .first()
    .click();
const follow = (page: Page, name: string | RegExp, within = '#main') =>
  page
    .locator(within)
    .getByRole('link', { name, exact: typeof name === 'string' })
    .first()
    .click();
const unfold = (page: Page, name: string, within = '#main') =>
  page.locator(`${within} summary`, { hasText: name }).first().click();
const field = (page: Page, label: string, within = '#main') =>
  page.locator(within).getByLabel(label, { exact: true }).first();
const told = (page: Page, text: string | RegExp) =>
  page.locator('.flash', { hasText: text }).first().waitFor();

/** The sidebar is a sheet behind "Menu" on a phone. */
async function aside(page: Page, name: string | RegExp) {
  const menu = page.getByRole('button', { name: 'Menu' });
  if (await menu.isVisible()) await menu.click();
  await follow(page, name, '#side');
}

async function display(page: Page, name: string, role: 'link' | 'button' = 'link') {
  await click(page, 'Display');
  await page.locator('#view-menu').getByRole(role, { name, exact: true }).click();
}

describe.skipIf(noChromium)('the desk without scripts (needs Chromium)', () => {
  inChromium();

  describe.each(withoutScripts)('$name', way => {
    const open = async (path: string, who: keyof typeof sessions = 'marek') => {
      const page = await browse(demo, { ...way, context: sessions[who] });
      await page.goto(path);
      return page;
    };
    const openTicket = async (words?: string) => {
      const ticket = await raise(words);
      const page = await open('/search');
      await field(page, 'Search tickets').fill(`#${ticket.number}`);
      await click(page, 'Search');
      await page.getByRole('heading', { name: ticket.subject }).waitFor();
      return { page, ticket };
    };
    const say = async (page: Page, text: string, button: string | RegExp, kind?: 'Internal note') => {
      if (kind) await page.locator('.composer .segmented label', { hasText: kind }).click();
      await field(page, 'Message').fill(text);
      await click(page, button, '.composer');
    };

    test('a list is filtered, sorted and drawn as one likes it', async () => {
      const { subject } = await raise('Roller door');
      const page = await open('/queue');
      await aside(page, /All tickets/);
      await filterBy(page, subject);
      expect(await page.locator('.queue a.cover').allTextContents()).toEqual([subject]);
      await follow(page, 'Clear filters');
      await follow(page, 'Filter');
      await follow(page, 'Priority');
      await follow(page, 'Urgent');
      expect(new URL(page.url()).searchParams.get('priority')).toBe('urgent');
      await follow(page, /^Remove filter: /);
      expect(new URL(page.url()).searchParams.has('priority')).toBe(false);
      await sortByNewest(page);
      expect(await page.locator('.queue a.cover').first().textContent()).toContain(subject);
      await display(page, 'Columns and rows');
      await field(page, 'Category').check();
      await field(page, 'Compact').check();
      await click(page, 'Save display');
      await page.locator('.queue.is-compact .q-cat').first().waitFor({ state: 'attached' });
      await follow(page, 'Next');
      await page.locator('.queue a.cover').first().waitFor();
      await follow(page, 'Previous');
      expect(await page.locator('.queue a.cover').first().textContent()).toContain(subject);
    });

    test('a list is saved, shared, moved, deleted and exported', async () => {
      const page = await open('/queue/all');
      for (const name of [`Doors ${way.screen}`, `Gates ${way.screen}`]) {
        await aside(page, /All tickets/);
        await filterBy(page, name.slice(0, 4));
        await display(page, 'Save this view');
        await field(page, 'Name').fill(name);
        await click(page, 'Save view');
        await page.getByRole('heading', { name }).waitFor();
      }
      const view = () =>
        db('saved_views')
          .where({ name: `Gates ${way.screen}` })
          .first();
      const before = (await view()).position;
      await aside(page, 'Saved views');
      await click(page, `Move Gates ${way.screen} up`);
      expect((await view()).position).toBeLessThan(before);
      await follow(page, `Change Gates ${way.screen}`);
      await field(page, 'Name').fill(`Gates of us ${way.screen}`);
      await field(page, 'A team').check();
      await click(page, 'Save view');
      const shared = await db('saved_views')
        .where({ name: `Gates of us ${way.screen}` })
        .first();
      expect(shared).toMatchObject({ scope: 'team', owner_id: ids.marek });
      await aside(page, 'Saved views');
      await click(page, `Delete Gates of us ${way.screen}`);
      if ((await page.getByRole('button', { name: /^Delete/ }).count()) === 1) await click(page, /^Delete/);
      await expect.poll(() => db('saved_views').where({ id: shared.id })).toEqual([]);
      await aside(page, /All tickets/);
      const file = page.waitForEvent('download');
      await display(page, 'Export as CSV', 'button');
      const csv = await readFile((await (await file).path())!, 'utf8');
      expect(csv.split('\n').length).toBeGreaterThan(20);
      expect(csv).toContain('Subject');
    });

    test('a few tickets are changed at once and put back', async () => {
      const two = [await raise('Label roll'), await raise('Label roll')];
      const page = await open('/queue/all');
      await filterBy(page, 'Label roll');
      for (const { number } of two) await field(page, `Select #${number}`).check();
      await click(page, 'Priority', '.bulk');
      await field(page, 'Urgent').check();
      await click(page, 'Change 2 tickets');
      for (const one of two) expect((await stored(one)).priority).toBe('urgent');
      await click(page, 'Undo', 'body');
      for (const one of two) expect((await stored(one)).priority).not.toBe('urgent');
    });

    test('tickets of two pages, and a whole list, are looked at, changed and put back', async () => {
      const tag = `spring ${way.screen}`;
      const tagged = async () => (await db('tickets').whereRaw('tags @> array[?]', [tag])).length;
      const page = await open('/queue/all?sort=newest');
      await page.locator('.queue [name=ids]').first().check();
      await click(page, 'Keep and go on to the next page');
      await page.getByText('and one on other pages').waitFor();
      await page.locator('.queue [name=ids]').first().check();
      await click(page, 'More', '.bulk');
      await click(page, 'Add tags');
      await field(page, 'Tags').fill(tag);
      await click(page, 'See what will change');
      await page.getByText('2 tickets change').waitFor();
      await page.locator('#main .btn-primary').click();
      await told(page, '2 tickets changed');
      expect(await tagged()).toBe(2);
      await click(page, 'Undo', '.flash');
      await told(page, '2 tickets put back');
      expect(await tagged()).toBe(0);

      await page.goto('/queue/all');
      await page.locator('.queue [name=ids]').first().check();
      await click(page, 'Select the whole list');
      await click(page, 'Add tags');
      await field(page, 'Tags').fill(tag);
      await click(page, 'See what will change');
      await page.getByRole('checkbox', { name: /^I mean all/ }).check();
      await page.locator('#main .btn-primary').click();
      await runs();
      await follow(page, 'Reload');
      await page.getByText('Done', { exact: true }).waitFor();
      expect(await tagged()).toBeGreaterThan(20);
      await click(page, 'Undo');
      await runs();
      await page.goto('/queue/bulk');
      await follow(page, /Undo/);
      expect(await tagged()).toBe(0);
    });

    test('search takes operators, suggests them, and the palette leads on', async () => {
      const ticket = await raise('Pallet wrapper');
      const page = await open('/queue/all');
      if (way.screen === 'phone') await follow(page, 'Search', '.deskbar');
      else await page.goto('/search');
      await field(page, 'Search tickets').fill('is:open wrapper');
      await click(page, 'Search');
      await page.locator('#results', { hasText: ticket.subject }).waitFor();
      await follow(page, 'Newest');
      await field(page, 'Search tickets').fill('pri');
      await click(page, 'Search');
      await follow(page, 'Search filters');
      await page.locator('#suggestions a').first().click();
      expect(await field(page, 'Search tickets').inputValue()).toContain('priority:');
      await aside(page, /^Search or jump to/);
      await field(page, 'Search or jump to').fill(String(ticket.number));
      await click(page, 'Search');
      await page.locator('main a', { hasText: ticket.subject }).first().click();
      await page.getByRole('heading', { name: ticket.subject }).waitFor();
    });

    test('the next ticket is taken, and a ticket begins with a template', async () => {
      const page = await open('/queue/unassigned');
      await click(page, 'Take next ticket');
      await page.waitForURL(/\/tickets\/\d+/);
      const number = Number(/\d+/.exec(new URL(page.url()).pathname)![0]);
      expect(await db('tickets').where({ number }).first()).toMatchObject({ assignee_id: ids.marek });

      await aside(page, /All tickets/);
      await follow(page, /^New ticket/);
      await click(page, 'New starter');
      await page.getByText('Brings a checklist of 6 items').waitFor();
      const subject = `Starter at gate 4, ${way.screen}`;
      await field(page, 'Subject').fill(subject);
      await page.getByLabel('What is it about?').selectOption({ index: 1 });
      await click(page, 'Send ticket');
      await page.getByRole('heading', { name: subject }).waitFor();
      const ticket = await db('tickets').where({ subject }).first();
      expect(await db('checklist_items').where({ ticket_id: ticket.id })).toHaveLength(6);
      expect(ticket.tags).toContain('new starter');
    });

    test('messages are written: draft, preview, files, mention, quote, correction', async () => {
      const { page, ticket } = await openTicket();
      await say(page, 'Half an answer', 'Save draft');
      await told(page, 'Draft saved');
      expect(await field(page, 'Message').inputValue()).toBe('Half an answer');
      await field(page, 'Message').fill('See **this**');
      await click(page, 'Preview', '.composer');
      await page.locator('#reply-preview strong', { hasText: 'this' }).waitFor();
      await page.locator('.composer .segmented label', { hasText: 'Internal note' }).click();
      await field(page, 'Message').fill('Please look, @Ana Petrović');
      await page.setInputFiles('.composer input[type=file]', {
        name: 'log.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('paper jam'),
      });
      await click(page, 'Add note', '.composer');
      await page.locator('.msg-note .mention').waitFor();
      await page.locator('.msg-note .file', { hasText: 'log.txt' }).waitFor();

      await follow(page, 'Edit', '.msg-note');
      await field(page, 'Internal note').fill('Please look, @Ana Petrović, at the rollers');
      await click(page, 'Save changes');
      await page.locator('.msg-note', { hasText: 'at the rollers' }).waitFor();
      await follow(page, 'edited', '.msg-note');
      await page.getByText('Please look').first().waitFor();
      await page.goBack();
      await follow(page, /^Quote Jonas/);
      expect(await field(page, 'Message').inputValue()).toContain('> It prints');
      expect((await comments(ticket)).map(one => one.kind)).toEqual(['reply', 'note']);
    });

    test('a reply waits, is taken back, and goes out with its status', async () => {
      const { page, ticket } = await openTicket();
      await say(page, 'Taken back', /^Send and wait/);
      await page.locator('.msg-held', { hasText: 'Taken back' }).waitFor();
      await click(page, 'Undo', '.msg-held');
      expect(await field(page, 'Message').inputValue()).toBe('Taken back');
      expect(await page.locator('.msg-held').count()).toBe(0);
      await db('users').where({ id: ids.marek }).update({ hold_seconds: 0 });
      await click(page, 'Other ways to send', '.composer');
      await click(page, 'Send and solve', '#sendas');
      await page.getByRole('button', { name: 'Reopen ticket' }).waitFor();
      await db('users').where({ id: ids.marek }).update({ hold_seconds: 8 });
      expect(await stored(ticket)).toMatchObject({ status_kind: 'resolved' });
      await click(page, 'Reopen ticket');
      expect((await stored(ticket)).status_kind).not.toBe('resolved');
    });

    test('who answers meanwhile is shown before sending', async () => {
      const { page, ticket } = await openTicket();
      const ana = await as('ana');
      await addComment(ana, await findTicket(ana, ticket.number), { kind: 'note', body: 'I am on it.' });
      await say(page, 'Me too', 'Add note', 'Internal note');
      await page.locator('.composer-asked', { hasText: 'I am on it.' }).waitFor();
      expect(await field(page, 'Message').inputValue()).toBe('Me too');
      await click(page, 'Add note anyway', '.composer');
      await page.locator('.msg-note', { hasText: 'Me too' }).waitFor();
    });

    test('a saved reply is put in, a macro is looked at and run', async () => {
      const { page, ticket } = await openTicket();
      await say(page, 'Typed before', 'Saved replies');
      await field(page, 'Search saved replies').fill('collect');
      await click(page, 'Search');
      await click(page, 'Use Collect a device');
      const text = await field(page, 'Message').inputValue();
      expect(text).toContain('Typed before');
      expect(text).toContain('it is ready at the IT desk');
      await field(page, 'Message').fill('');
      await click(page, 'Saved replies', '.composer');
      const macro = page.locator('section.card', { hasText: 'Nobody’s, low priority' });
      await macro.getByRole('link', { name: 'See what it does' }).click();
      await page.getByRole('heading', { name: `What it does to #${ticket.number}` }).waitFor();
      await click(page, 'Run macro');
      await told(page, /./);
      expect((await stored(ticket)).priority).toBe('low');
    });

    test('properties, tags, people, links and the private note are kept', async () => {
      const { page, ticket } = await openTicket();
      const other = await raise('Gate scanner');
      await field(page, 'Priority', '#properties').selectOption({ label: 'High' });
      await field(page, 'Status', '#properties').selectOption({ label: 'On hold' });
      await click(page, 'Save changes', '#properties');
      expect(await stored(ticket)).toMatchObject({ priority: 'high', waiting_on: 'other' });
      await click(page, /^Assign to me/, '#properties');
      expect(await stored(ticket)).toMatchObject({ assignee_id: ids.marek });
      await unfold(page, 'Change the subject');
      await field(page, 'Subject', '#properties').fill(`${ticket.subject} smokes`);
      await click(page, 'Save subject');
      await page.getByRole('heading', { name: `${ticket.subject} smokes` }).waitFor();

      await field(page, 'Add a tag').fill('printer, smoke');
      await click(page, 'Add tag');
      await click(page, 'Remove tag smoke');
      expect((await stored(ticket)).tags).toEqual(['printer']);

      await unfold(page, 'Link a ticket');
      await field(page, 'This ticket').selectOption({ label: 'is blocked by' });
      await field(page, 'Number of the other ticket').fill(String(other.number));
      await click(page, 'Link ticket');
      await page.locator('.linked', { hasText: other.subject }).waitFor();
      await click(page, `Remove link to #${other.number}`);
      expect(await page.locator('.linked').count()).toBe(0);

      await click(page, 'More actions');
      await click(page, /^Follow/, '#tmenu');
      await click(page, 'More actions');
      await click(page, /^Stop following/, '#tmenu');
      await field(page, 'Work address of a colleague').fill('sofie.de-vries@halden.example');
      await click(page, 'Add colleague');
      await click(page, /^Remove Sofie/);
      expect(await db('ticket_watchers').where({ ticket_id: ticket.id })).toEqual([]);

      await unfold(page, 'Private note');
      const note = page.getByRole('textbox', { name: 'Private note' });
      await note.fill('Third time this year');
      await click(page, 'Save note');
      expect(await note.inputValue()).toBe('Third time this year');
    });

    test('what two change at once is compared and decided', async () => {
      const { page, ticket } = await openTicket();
      const second = await open(`/tickets/${ticket.number}`);
      await field(second, 'Priority', '#properties').selectOption({ label: 'Urgent' });
      await click(second, 'Save changes', '#properties');
      await field(page, 'Priority', '#properties').selectOption({ label: 'Low' });
      await click(page, 'Save changes', '#properties');
      await page
        .getByRole('heading', { name: `Somebody else changed #${ticket.number} meanwhile` })
        .waitFor();
      expect((await stored(ticket)).priority).toBe('urgent');
      await click(page, 'Use mine');
      expect((await stored(ticket)).priority).toBe('low');
    });

    test('tickets are merged and parted, and a message becomes a ticket', async () => {
      const { page, ticket } = await openTicket();
      const target = await raise('Gate printer again');
      await click(page, 'More actions');
      await follow(page, /^Merge into another ticket/, '#tmenu');
      await field(page, 'Number of the ticket that goes on').fill(String(target.number));
      await click(page, 'Look at it first');
      await click(page, `Merge #${ticket.number} into #${target.number}`);
      await page.getByRole('heading', { name: target.subject }).waitFor();
      expect(await stored(ticket)).toMatchObject({ status_kind: 'closed' });
      await click(page, 'Undo merge');
      expect(await stored(ticket)).toMatchObject({ merged_into: null });

      await page.goto(`/tickets/${target.number}`);
      await follow(page, 'Split');
      await field(page, 'Subject').fill(`Split off ${target.number}`);
      await click(page, 'Make a ticket');
      await page.getByText(`Split off ${target.number}`).first().waitFor();
      expect(await db('tickets').where({ subject: `Split off ${target.number}` })).toHaveLength(1);
    });

    test('a checklist is written, ticked, ordered and shortened', async () => {
      const { page, ticket } = await openTicket();
      const items = () => db('checklist_items').where({ ticket_id: ticket.id }).orderBy('position');
      await unfold(page, 'Make a checklist');
      await field(page, 'New items, one a line').fill('Paper\nToner\nRollers');
      await click(page, 'Add to checklist');
      await page.getByRole('checkbox', { name: 'Toner' }).click();
      await page.getByText('1 of 3 done').waitFor();
      await page.getByRole('checkbox', { name: 'Toner' }).click();
      await page.getByText('0 of 3 done').waitFor();
      const edit = page.locator('.ticks li', { hasText: 'Rollers' });
      await edit.locator('summary').click();
      await edit.getByRole('button', { name: 'Move up' }).click();
      expect((await items()).map(one => one.text)).toEqual(['Paper', 'Rollers', 'Toner']);
      await edit.locator('summary').click();
      await edit.getByLabel('Item').fill('Both rollers');
      await edit.getByRole('button', { name: 'Save item' }).click();
      await page.getByRole('checkbox', { name: 'Both rollers' }).waitFor();
      await edit.locator('summary').click();
      await page
        .locator('.ticks li', { hasText: 'Both rollers' })
        .getByRole('button', { name: 'Remove item' })
        .click();
      expect((await items()).map(one => one.text)).toEqual(['Paper', 'Toner']);
    });

    test('time is taken by the timer and by hand, and is in the report', async () => {
      const { page, ticket } = await openTicket();
      await click(page, 'Start timer');
      await click(page, 'Stop timer');
      await unfold(page, 'Add time');
      await field(page, 'Time', '#time').fill('1h 30m');
      await field(page, 'What you did', '#time').fill('Cleaned it');
      await click(page, 'Save time');
      const entries = () => db('time_entries').where({ ticket_id: ticket.id, note: 'Cleaned it' });
      expect(await entries()).toMatchObject([{ minutes: 90 }]);
      await aside(page, 'Time spent');
      await field(page, 'By').selectOption('person');
      await click(page, 'Show');
      await page.getByRole('rowheader', { name: /Marek/ }).waitFor();
      const file = page.waitForEvent('download');
      await click(page, 'Export CSV');
      expect(await readFile((await (await file).path())!, 'utf8')).toContain('Cleaned it');

      await page.goto(`/tickets/${ticket.number}`);
      await page.locator('#time summary', { hasText: /entr/ }).click();
      await page.locator('#time .spent li', { hasText: 'Cleaned it' }).locator('summary').click();
      await page
        .locator('#time .spent li', { hasText: 'Cleaned it' })
        .getByRole('button', { name: 'Remove time' })
        .click();
      expect(await entries()).toEqual([]);
    });

    test('one is away and back, sets absence and reads what is new', async () => {
      await db('notifications').where({ user_id: ids.marek }).update({ read_at: null });
      const page = await open('/queue');
      for (const away of [true, false]) {
        const menu = page.getByRole('button', { name: 'Menu' });
        if (await menu.isVisible()) await menu.click();
        await page.locator('#side .me').click();
        await click(page, away ? 'Set yourself as away' : 'Set yourself as available', '#me-menu');
        const { away_since } = await db('users').where({ id: ids.marek }).first('away_since');
        expect(away_since !== null).toBe(away);
      }
      await page.goto('/profile');
      const until = () => db('working_times').where({ user_id: ids.marek }).first('absent_until');
      for (const day of ['2031-05-02', '']) {
        await page.getByLabel(/^First day away/).fill(day && '2031-05-01');
        await page.getByLabel(/^Last day away/).fill(day);
        await click(page, 'Save working hours');
        await told(page, /./);
        expect((await until()).absent_until !== null).toBe(day !== '');
      }

      await page.goto('/notifications');
      const unread = async () =>
        (await db('notifications').where({ user_id: ids.marek, read_at: null })).length;
      const before = await unread();
      await page
        .getByRole('button', { name: /^Mark as read/ })
        .first()
        .click();
      expect(await unread()).toBe(before - 1);
      await page.goto('/notifications');
      if (before > 1) await click(page, 'Mark all as read');
      expect(await page.getByRole('button', { name: /^Mark/ }).count()).toBe(0);
    });

    test('an admin sets how a team gets its tickets', async () => {
      const page = await open('/admin/teams', 'kwame');
      await follow(page, 'IT support');
      await page.getByLabel('New tickets').selectOption({ label: 'Are given in turn (round robin)' });
      await click(page, 'Save assignment');
      await told(page, /./);
      expect(await page.getByLabel('New tickets').inputValue()).toBe('round-robin');
      await page.getByLabel('New tickets').selectOption('off');
      await click(page, 'Save assignment');
      await told(page, /./);
    });
  });
});

async function filterBy(page: Page, words: string) {
  await field(page, 'Filter this list').fill(words);
  await Promise.all([page.waitForURL(/[?&]q=/), page.keyboard.press('Enter')]);
}

/** A phone has it in the menu of the list, where the line of filters has no room for it. */
async function sortByNewest(page: Page) {
  const sort = page.locator('#sort');
  if (!(await sort.isVisible())) return display(page, 'Newest');
  await sort.selectOption({ label: 'Newest' });
  await click(page, 'Show', '.filters');
}
