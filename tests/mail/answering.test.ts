import { beforeEach, describe, expect, test } from 'vitest';
import { isMarkedLine } from '../../src/domain/mail/answer-line.ts';
import { readReplyAddress, threadId } from '../../src/domain/mail/keys.ts';
import { changeTicket } from '../../src/domain/tickets/changing.ts';
import { closeTicket, resolveTicket } from '../../src/domain/tickets/closing.ts';
import { findTicket } from '../../src/domain/tickets/ticket.ts';
import { splitReply } from '../../src/mail/reading/quoting.ts';
import type { Mail } from '../../src/platform/mail-transport.ts';
import { desk } from '../jobs/desk.ts';

const { db, system, people, teams, categoryId, as, raise, say, dispatch, sendAll, settle } = await desk();

beforeEach(async () => {
  await settle();
  await db('inbound_mails').delete();
  await db('mailboxes').delete();
});

const mailbox = (address: string, values: object = {}) =>
  db('mailboxes').insert({ name: address, address, kind: 'push', ...values });
const mailIn = (messageId: string, ticketId: number, values: object = {}) =>
  db('inbound_mails').insert({
    ...{ source: 'smtp', size: 1, sha256: messageId, message_id: messageId, fate: 'ticket' },
    ...{ ticket_id: ticketId, person_id: people.anna, ...values },
  });

/** What Anna is sent when the desk answers her ticket. */
async function answerTo(ticket: { number: number }): Promise<Mail> {
  await settle();
  await say(people.marek, ticket.number, { body: 'Which one?', then: 'waiting' });
  await dispatch();
  const mail = (await sendAll()).find(each => each.to.name === 'Anna Test');
  if (!mail) throw new Error('No mail');
  return mail;
}

describe('where answers go', () => {
  const answerAddress = async () => {
    return (await answerTo(await raise())).replyTo.address;
  };

  test('without a mailbox that is read, to the sender of all mails, and no mail promises more', async () => {
    const ticket = await raise();
    const mail = await answerTo(ticket);
    expect(mail.replyTo).toEqual(mail.from);
    expect(`${mail.text}${mail.html}`).not.toMatch(/above this line|Answer this mail/);
  });

  test('to the keyed address of the person and the ticket', async () => {
    await mailbox('support@company.example');
    const ticket = await raise();
    const { replyTo, text, html } = await answerTo(ticket);
    expect(replyTo.address).toMatch(/^support\+t\d+\.\w+\.[0-9a-z]{20}@company\.example$/);
    expect(readReplyAddress(system, replyTo.address)).toEqual({
      ticketNumber: ticket.number,
      userId: people.anna,
    });
    expect(isMarkedLine(text.split('\n')[0] ?? '')).toBe(true);
    expect(text).toContain('Answer this mail, or open the ticket');
    expect(html).toContain('Write your answer above this line. It goes straight to the ticket.');
  });

  test('plain where the server does not keep what stands behind a plus', async () => {
    await mailbox('support@company.example', { plus_addressing: false });
    expect(await answerAddress()).toBe('support@company.example');
  });

  test('to the mailbox of the category, else of the team, else the one for everybody', async () => {
    await mailbox('all@company.example', { plus_addressing: false });
    expect(await answerAddress()).toBe('all@company.example');
    await mailbox('it@company.example', { plus_addressing: false, team_id: teams.it });
    expect(await answerAddress()).toBe('it@company.example');
    await mailbox('hardware@company.example', { plus_addressing: false, category_id: categoryId });
    expect(await answerAddress()).toBe('hardware@company.example');
  });

  test('never to a mailbox of another team, nor to one that is not read any more', async () => {
    await mailbox('hr@company.example', { team_id: teams.hr });
    await mailbox('off@company.example', { is_active: false });
    await mailbox('old@company.example', { archived_at: new Date() });
    expect(await answerAddress()).not.toMatch(/^(hr|off|old)/);
  });

  test('of a note nowhere: an answer would reach everybody on the ticket', async () => {
    await mailbox('support@company.example');
    const { number } = await raise();
    const marek = await as(people.marek);
    await changeTicket(marek, await findTicket(marek, number), { assigneeId: people.nadia });
    await settle();
    await say(people.marek, number, { kind: 'note', body: 'Between us' });
    await dispatch();
    const [mail] = await sendAll();
    expect(mail?.replyTo).toEqual(mail?.from);
    expect(mail?.text).not.toContain('above this line');
  });

  test('of a solved or closed ticket too: the mail says what an answer does', async () => {
    await mailbox('support@company.example');
    const { number } = await raise();
    await settle();
    const marek = await as(people.marek);
    await resolveTicket(marek, await findTicket(marek, number));
    await dispatch();
    expect((await sendAll())[0]?.text).toContain(
      'Answer this mail, or open the ticket and reopen it, before',
    );
    await closeTicket(marek, await findTicket(marek, number));
    await dispatch();
    expect((await sendAll())[0]?.text).toContain('it becomes a ticket that follows this one');
  });
});

describe('somebody who is known by mail alone', () => {
  test('is not sent to a page that they cannot open, and told what an answer does', async () => {
    await mailbox('support@company.example');
    await db('users').where({ id: people.anna }).update({ source: 'mail', password_hash: null });
    const { number } = await raise();
    const { text, html } = await answerTo({ number });
    expect(text).toContain('Answer this mail. Until then the ticket waits.');
    expect(`${text}${html}`).not.toMatch(/See the ticket|\/tickets\//);
    const marek = await as(people.marek);
    await resolveTicket(marek, await findTicket(marek, number));
    await dispatch();
    expect((await sendAll())[0]?.text).toContain('Still not working? Answer this mail before');
    await db('users').where({ id: people.anna }).update({ source: 'sign-up' });
  });
});

describe('the conversation in a mail program', () => {
  test('hangs on the person’s own last mail, with the thread of the ticket before it', async () => {
    const ticket = await raise();
    await mailIn('<first@anna.example>', ticket.id);
    await mailIn('<second@anna.example>', ticket.id, { fate: 'appended' });
    await mailIn('<ben@ben.example>', ticket.id, { fate: 'appended', person_id: people.ben });
    const mail = await answerTo(ticket);
    expect(mail.inReplyTo).toBe('<second@anna.example>');
    expect(mail.references).toEqual([
      threadId(system, ticket.number),
      '<first@anna.example>',
      '<ben@ben.example>',
      '<second@anna.example>',
    ]);
  });

  test('names no mail that became a note', async () => {
    const ticket = await raise();
    const { commentId } = await say(people.marek, ticket.number, { kind: 'note', body: 'Between us' });
    const note = { fate: 'appended', person_id: people.marek, comment_id: commentId };
    await mailIn('<note@marek.example>', ticket.id, note);
    const mail = await answerTo(ticket);
    expect(mail.references).toEqual([threadId(system, ticket.number)]);
  });

  test('takes no id that could not stand in a header, nor one of a mail that was not let in', async () => {
    const ticket = await raise();
    await mailIn('<a@x>\r\nBcc: <evil@x>', ticket.id);
    await mailIn('<ünïcode@x>', ticket.id);
    await mailIn(`<${'a'.repeat(400)}@x>`, ticket.id);
    await mailIn('<parked@x>', ticket.id, { fate: 'parked' });
    const mail = await answerTo(ticket);
    expect(mail.inReplyTo).toBe(threadId(system, ticket.number));
    expect(mail.references).toEqual([threadId(system, ticket.number)]);
  });
});

describe('an answer that quotes our mail', () => {
  const answered = async (locale: string | null) => {
    await mailbox('support@company.example');
    await db('users').where({ id: people.anna }).update({ locale });
    const mail = await answerTo(await raise());
    await db('users').where({ id: people.anna }).update({ locale: null });
    return mail;
  };
  const plain = (html: string) => html.replace(/<[^>]+>/g, ' ');

  test.each([
    ['in plain text, as any mail program quotes', null, '> '],
    ['in plain text, without any mark', null, ''],
    ['in plain text, in another language', 'en-XA', ''],
  ])('%s, is what stands above the line', async (_what, locale, mark) => {
    const { text } = await answered(locale);
    const quoted = text.split('\n').map(line => `${mark}${line}`);
    const split = splitReply({ text: ['Thank you, it works.', '', ...quoted].join('\n'), html: null }, plain);
    expect(split.text.trim()).toBe('Thank you, it works.');
    expect(split.quotedText).toContain('Which one?');
  });

  test('in HTML, with our table as it is below it, is what stands above the line', async () => {
    const { html, text } = await answered(null);
    const body = /<body[^>]*>([\s\S]*)<\/body>/.exec(html)?.[1] ?? '';
    const split = splitReply({ text: `Thank you.\n\n${text}`, html: `<p>Thank you.</p>${body}` }, plain);
    expect(split.text.trim()).toBe('Thank you.');
    expect(plain(split.html ?? '').trim()).toBe('Thank you.');
  });
});
