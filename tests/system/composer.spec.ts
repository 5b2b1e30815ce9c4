import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { planRun } from '../../src/domain/bulk/planning.ts';
import { createReply } from '../../src/domain/replies/managing.ts';
import { releaseReplies } from '../../src/domain/tickets/releasing.ts';
import { paths } from '../../src/paths.ts';
import { testApp } from '../support/app.ts';
import { violations } from '../support/axe.ts';
import { browse, inChromium, noChromium, overflow } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { PASSWORD, usualPeople } from '../support/factories.ts';

const desk = await testApp();
const { db, as, makeTicket, makeUser, system } = desk;
const people = await usualPeople(desk);
const { coordinator, it } = people;
await makeUser({ role: 'coordinator', teams: [it], firstName: 'Priya' });
await db('users').where({ id: coordinator.id }).update({ hold_seconds: 8 });
await createReply(await as(coordinator), {
  name: 'Ask for a log',
  folder: 'VPN',
  body: 'Hi {{requester.first_name}}, the log please',
  says: 'reply',
  scope: 'team',
  teamId: it.id,
  actions: null,
});

async function open(
  options: Parameters<typeof browse>[1] = {},
): Promise<{ page: Page; ticket: { id: number; number: number } }> {
  const ticket = await makeTicket({ by: people.employee, team: it });
  const page = await browse(desk.app, options);
  await page.goto(`/sign-in?next=${paths.ticket(ticket)}`);
  await page.getByLabel('Work email').fill(coordinator.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Message', { exact: true }).waitFor();
  return { page, ticket };
}

describe.skipIf(noChromium)('the message field in the browser (needs Chromium)', () => {
  inChromium();

  test('a word, a table or a name without end widens no page of a phone', async () => {
    const { page, ticket } = await open({ screen: 'phone' });
    const body = `| a | b |\n|---|---|\n| ${'x'.repeat(300)} | y |\n\n${'word'.repeat(100)}`;
    await db('comments').where({ ticket_id: ticket.id }).update({ body });
    const marek = await as(coordinator);
    const run = await planRun(marek, {
      act: 'add-tags',
      parameters: { tags: ['x'.repeat(40)] },
      ids: [ticket.id],
      source: { kind: 'ids', back: paths.queue },
    });
    for (const path of [paths.ticket(ticket), paths.bulkRun(run.id)]) {
      await page.goto(path);
      expect(await overflow(page), path).toBe(0);
    }
  });

  test('a list with many columns keeps names and statuses apart on a phone, and its buttons in line', async () => {
    const { page } = await open({ screen: 'phone' });
    await page.goto(paths.queueDisplay);
    for (const column of ['Team', 'Tags', 'Created']) await page.getByLabel(column, { exact: true }).check();
    await page.getByRole('button', { name: 'Save display' }).click();
    await page.goto(paths.queueView('all'));
    // Room that a status does not need is the name's.
    const [cell, status] = [page.locator('.q-st').last(), page.locator('.q-st .status').last()];
    expect((await cell.boundingBox())!.width - (await status.boundingBox())!.width).toBeLessThan(2);

    await page.goto(`${paths.queueView('all')}/saving?priority=high`);
    await page.getByLabel('Name', { exact: true }).fill('High ones');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.goto(paths.savedViews);
    const [title, moves] = [page.locator('.row .title').first(), page.locator('.row .btn-group').first()];
    expect((await moves.boundingBox())!.x).toBe((await title.boundingBox())!.x);
  });

  test('a saved reply is put in at the cursor by keyboard, and what was typed stays', async () => {
    const { page } = await open();
    const message = page.getByLabel('Message', { exact: true });
    await message.fill('Before');
    await message.blur();
    await page.keyboard.press(';');
    await page.locator('#canned [data-insert]').first().waitFor();
    await page.locator('#canned-q').fill('log');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => message.inputValue())
      .toBe(`Before\n\nHi ${people.employee.firstName}, the log please`);
    await eventually(async () => (await db('saved_replies').where({ uses: 1 })).length === 1);
  });

  test('a colleague is chosen while "@" is typed, and is marked in the note', async () => {
    const { page } = await open();
    await page.getByText('Internal note', { exact: true }).first().click();
    const message = page.getByLabel('Message', { exact: true });
    await message.pressSequentially('Look @Pri');
    await page.locator('[data-mention^="Priya"]').waitFor();
    await page.keyboard.press('Enter');
    expect(await message.inputValue()).toMatch(/^Look @Priya \S+ $/);
    await page.locator('[data-send]:not([hidden])').first().click();
    await page.locator('.msg-note .mention').waitFor();
    expect(await violations(page, { within: '.work' })).toEqual([]);
  });

  test('a sent reply is taken back, sent again, and goes out while one looks on', async () => {
    const { page, ticket } = await open();
    const message = page.getByLabel('Message', { exact: true });
    await message.fill('Taken back');
    await page.locator('[data-send]').first().click();
    await page.locator('.msg-held').getByText('Taken back').waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => message.inputValue()).toBe('Taken back');
    await page.locator('[data-send]').first().click();
    await page.locator('.msg-held').waitFor();
    await message.fill('The next words');
    await db('held_replies').update({ release_at: db.raw('now()') });
    await releaseReplies(await system());
    await page.locator('.msg:not(.msg-held)').getByText('Taken back').waitFor({ timeout: 20_000 });
    expect(await page.locator('.msg-held').count()).toBe(0);
    expect(await message.inputValue()).toBe('The next words');
    expect(await db('comments').where({ ticket_id: ticket.id })).toHaveLength(2);
  });

  test('a pasted picture is a file with a name of its own; the preview shows Markdown', async () => {
    const { page, ticket } = await open({ screen: 'phone' });
    const message = page.getByLabel('Message', { exact: true });
    await message.fill('See **this**');
    await message.evaluate(`(field => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'image.png', { type: 'image/png' }));
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    })(document.querySelector('#reply'))`);
    await page
      .locator('#reply-files .name')
      .getByText(/^screenshot-[\d-]+\.png$/)
      .waitFor();
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.locator('#reply-preview strong').getByText('this').waitFor();
    expect(await message.inputValue()).toBe('See **this**');
    expect(await overflow(page)).toBe(0);
    const draft = () =>
      db('drafts')
        .where({ scope: `ticket:${ticket.id}` })
        .first('body');
    await eventually(async () => (await draft())?.body.body === 'See **this**');
  });
});
