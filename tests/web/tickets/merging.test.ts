import { expect, test } from 'vitest';
import { mergeTickets } from '../../../src/domain/tickets/merging.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { signIn, makeTicket, reload, comment } = app;
const { it, employee, colleague, coordinator, stranger } = await usualPeople(app);
const marek = await signIn(coordinator);
const anna = await signIn(employee);
const raise = (by = employee, subject = 'The printer hums') => makeTicket({ by, team: it, subject });

test('a ticket is merged by number after a look at what will happen, and taken back', async () => {
  const [source, target] = [await raise(), await raise(employee, 'The printer smokes')];
  await marek.get(paths.ticket(source));
  await marek.click(/^Merge into another ticket/);
  expect(marek.html.text).toContain('The printer smokes');
  marek.fill({ 'Number of the ticket that goes on': `#${target.number}` });
  await marek.click('Look at it first');
  expect(marek.html.text).toContain(`Its address leads to #${target.number}`);
  expect((await reload(source)).mergedInto).toBeNull();
  await marek.click(`Merge #${source.number} into #${target.number}`);
  expect(marek.path).toBe(paths.ticket(target));
  expect(marek.html.text).toContain(`You merged #${source.number} into this`);
  expect(marek.html.text).toContain(`from #${source.number}`);
  await marek.get(paths.ticket(source));
  expect(marek.path).toBe(paths.ticket(target));
  await anna.get(paths.ticket(source));
  expect(anna.path).toBe(paths.ticket(target));
  await marek.click('Undo merge');
  expect(marek.path).toBe(paths.ticket(source));
  expect(await reload(source)).toMatchObject({ mergedInto: null, statusKind: 'new' });
});

test('the old number still opens by itself, with a way back', async () => {
  const [source, target] = [await raise(), await raise()];
  await marek.get(`${paths.merge(source)}?into=${target.number}`);
  await marek.click(`Merge #${source.number} into #${target.number}`);
  await marek.get(`${paths.ticket(source)}?alone=1`);
  expect(marek.html.text).toContain('This was merged into another ticket');
  await marek.click('Undo merge');
  expect((await reload(source)).mergedInto).toBeNull();
});

test('the address of one that was merged twice over leads to the end, past one that the person may not see', async () => {
  const ctx = await app.as(coordinator);
  const merge = async (from: { number: number }, into: { number: number }) =>
    mergeTickets(ctx, await findTicket(ctx, from.number), await findTicket(ctx, into.number), {
      acrossRequesters: true,
    });
  const [a, foreign, c] = [await raise(), await raise(colleague), await raise()];
  await merge(a, foreign);
  await merge(foreign, c);
  for (const reader of [marek, anna]) {
    await reader.get(paths.ticket(a));
    expect(reader.path).toBe(paths.ticket(c));
  }
  // A ring cannot be made; one that stands there all the same is a page and no endless way.
  await app
    .db('tickets')
    .where({ id: c.id })
    .update({ status: 'closed', status_kind: 'closed', merged_into: a.id });
  expect((await anna.request(paths.ticket(a))).status).toBe(200);
});

test('two people’s tickets need a word that one knows who will see what', async () => {
  const [source, target] = [await raise(colleague), await raise()];
  await comment(coordinator, target, { body: 'Said to the target alone.' });
  await marek.get(`${paths.merge(source)}?into=${target.number}`);
  expect(marek.html.text).toContain('Two people asked');
  const refused = await post(marek, paths.merge(source), { into: String(target.number) });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('Confirm that you know who will see what');
  marek.fill({ 'I know who will see what': true });
  await marek.click(`Merge #${source.number} into #${target.number}`);
  const sofie = await signIn(colleague);
  await sofie.get(paths.ticket(source));
  expect(sofie.path).toBe(paths.ticket(source));
  expect(sofie.html.text).toContain('We handle this together with another request');
  expect(sofie.html.html).not.toContain(`#${target.number}`);
  expect((await sofie.request(paths.ticket(target))).status).toBe(404);
});

test('what cannot be merged comes back with words and what was typed', async () => {
  const source = await raise();
  for (const into of ['999999', 'printer', String(source.number)]) {
    await marek.get(`${paths.merge(source)}?into=${encodeURIComponent(into)}`);
    expect(marek.html.find('[name="into"]').attr('value')).toBe(into);
    expect(marek.html.find('.error').length).toBeGreaterThan(0);
  }
  expect((await post(marek, paths.merge(source), { into: '999999' })).status).toBe(422);
});

test('employees have no such page, and other teams no such ticket', async () => {
  const [source, target] = [await raise(), await raise()];
  expect((await anna.request(paths.merge(source))).status).toBe(403);
  expect((await post(anna, paths.merge(source), { into: String(target.number) })).status).toBe(403);
  const aisha = await signIn(stranger);
  expect((await aisha.request(paths.merge(source))).status).toBe(404);
  expect((await post(aisha, paths.merge(source), { into: '1' })).status).toBe(404);
  expect((await post(aisha, paths.merge(source), { _method: 'DELETE' })).status).toBe(404);
});
