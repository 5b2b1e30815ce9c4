import { expect, test } from 'vitest';
import { indexTickets } from '../../../src/domain/search/documents.ts';
import { matchingIds } from '../../../src/domain/search/matching.ts';
import { desk } from '../../jobs/desk.ts';

const { db, people, as, raise, say, dispatch } = await desk();

const found = async (userId: number, text: string) => matchingIds(await as(userId), text);

test('subject, number, description and answers are found, without accents and case', async () => {
  const ticket = await raise(people.anna, { subject: 'Scanner in Köln', body: 'Es piept ständig' });
  await say(people.marek, ticket.number, { body: 'Firmware aktualisiert' });
  await dispatch();
  for (const words of ['koln', 'STÄNDIG', 'standig piept', 'firmware', String(ticket.number), '"es piept"']) {
    expect(await found(people.anna, words), words).toContain(ticket.id);
  }
  expect(await found(people.anna, '"piept es"')).not.toContain(ticket.id);
  expect(await found(people.ben, 'koln')).toEqual([]);
});

test('a note is found by who works the ticket and by nobody else', async () => {
  const ticket = await raise();
  await say(people.marek, ticket.number, { kind: 'note', body: 'kanarienvogel' });
  await dispatch();
  expect(await found(people.nadia, 'kanarienvogel')).toEqual([ticket.id]);
  expect(await found(people.anna, 'kanarienvogel')).toEqual([]);
});

test('Chinese, Japanese and Korean are found by any two characters that stand together', async () => {
  const ticket = await raise(people.anna, { subject: '打印机无法工作', body: 'プリンターが動きません' });
  await dispatch();
  expect(await found(people.anna, '打印机')).toEqual([ticket.id]);
  expect(await found(people.anna, 'プリンター')).toEqual([ticket.id]);
});

test('removed words are gone after the next writing, and very long texts do no harm', async () => {
  const ticket = await raise();
  const { commentId } = await say(people.marek, ticket.number, { body: 'geheimnis' });
  await say(people.anna, ticket.number, { body: `anfang ${'wort '.repeat(19_000)}` });
  await dispatch();
  expect(await found(people.anna, 'geheimnis')).toEqual([ticket.id]);
  expect(await found(people.anna, 'anfang')).toEqual([ticket.id]);
  await db('comments').where({ id: commentId }).update({ redacted_at: new Date(), body: '' });
  await indexTickets(db, [ticket.id]);
  expect(await found(people.anna, 'geheimnis')).toEqual([]);
});

test('many are written at once', async () => {
  const { rows } = await db.raw(
    `insert into tickets (subject, requester_id) select 'Bulk ' || n, ? from generate_series(1, 1200) n returning id`,
    [people.ben],
  );
  await indexTickets(
    db,
    rows.map((row: { id: number }) => row.id),
  );
  expect(await db('ticket_documents').count('* as n').first()).toMatchObject({ n: 1_204 });
  await db('ticket_documents')
    .whereIn(
      'ticket_id',
      rows.map((row: { id: number }) => row.id),
    )
    .delete();
});
