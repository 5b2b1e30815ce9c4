import { load } from 'cheerio';
import { beforeEach, describe, expect, test } from 'vitest';
import type { MailTemplate } from '../../src/domain/events/mailing.ts';
import { queueMail } from '../../src/domain/events/mailing.ts';
import { recordEvent } from '../../src/domain/events/recording.ts';
import { changeTicket } from '../../src/domain/tickets/changing.ts';
import { resolveTicket } from '../../src/domain/tickets/closing.ts';
import { findTicket } from '../../src/domain/tickets/ticket.ts';
import type { Mail } from '../../src/platform/mail-transport.ts';
import { desk } from '../jobs/desk.ts';

const { db, system, people, as, raise, say, dispatch, sendAll, settle } = await desk();
beforeEach(settle);

const URL_OF = 'http://localhost:3000';
const to = (mails: Mail[], name: string) => mails.filter(mail => mail.to.name === `${name} Test`);
const links = ({ html }: Mail) =>
  load(html)('a')
    .map((_i, a) => load(html)(a).attr('href'))
    .get();

/** Both parts exist, say the same main things, load nothing from elsewhere and run nothing. */
function expectSound(mail: Mail) {
  const $ = load(mail.html);
  expect($('script, iframe, form, img, link, object').length).toBe(0);
  expect($('html').attr('lang')).toBeTruthy();
  expect($('h1').length).toBe(1);
  expect(mail.html).toMatch(/<!--\[if mso\]><style>.*<\/style><!\[endif\]-->/);
  expect(mail.html).not.toContain('prettier');
  expect(mail.text).toContain($('h1').text().trim());
  expect(mail.html + mail.text + mail.subject).not.toMatch(/undefined|\[object|\{\{|NaN/);
  for (const link of links(mail)) {
    expect(link).toMatch(/^(http:\/\/localhost:3000\/|https:\/\/)/);
  }
  for (const link of $('.btn a')
    .map((_i, a) => $(a).attr('href'))
    .get())
    expect(mail.text).toContain(link);
  expect(mail.text.split('\n').every(line => !/<\/?(p|td|table|a|br|div)\b/i.test(line))).toBe(true);
}

async function accountMail(template: MailTemplate, about?: number): Promise<Mail> {
  await system.transaction(async tx => {
    const eventId = await recordEvent(
      tx,
      'user.test',
      { objectType: 'user', objectId: about ?? people.anna, label: 'Ben Test' },
      { silent: true },
    );
    await queueMail(tx, { eventId, recipientId: people.anna, template, secret: 'SECRET-TOKEN' });
  });
  const [mail] = await sendAll();
  if (!mail) throw new Error('No mail');
  return mail;
}

describe('mails about accounts', () => {
  const cases: [MailTemplate, string, string | null][] = [
    ['verify-email', 'Confirm your email address', '/verify-email/SECRET-TOKEN'],
    ['account-exists', 'You already have an account', '/sign-in'],
    ['account-waiting', 'Your account waits for approval', null],
    ['account-approved', 'Your account is ready', '/sign-in'],
    ['account-rejected', 'Your account was not approved', null],
    ['invitation', 'You are invited to SmartSupport support', '/invitations/SECRET-TOKEN'],
    ['password-reset', 'Choose a new password', '/password-reset/SECRET-TOKEN'],
    ['password-changed', 'Your password was changed', '/password-reset'],
  ];
  test.each(cases)('%s', async (template, subject, link) => {
    const mail = await accountMail(template);
    expectSound(mail);
    expect(mail.subject).toBe(subject);
    // A name that a stranger typed when signing up is not ours to send.
    const name = template === 'verify-email' ? '' : 'Anna Test';
    expect(mail.to).toEqual({ name, address: 'anna@company.example' });
    expect(links(mail)).toEqual(link ? [URL_OF + link] : []);
    expect(mail.inReplyTo).toBeUndefined();
    const [row] = await db('deliveries').orderBy('id', 'desc').limit(1);
    expect(row).toMatchObject({ state: 'sent', secret: null });
  });

  test('account-waiting tells an admin who waits', async () => {
    const mail = await accountMail('account-waiting', people.ben);
    expectSound(mail);
    expect(mail.subject).toBe('Ben Test asks for an account');
    expect(links(mail)).toEqual([`${URL_OF}/admin/users/${people.ben}`]);
  });
});

describe('mails about a ticket', () => {
  test('ticket-received and ticket-new', async () => {
    const { number } = await raise();
    await dispatch();
    const mails = await sendAll();
    const [anna] = to(mails, 'Anna');
    const [marek] = to(mails, 'Marek');
    if (!anna || !marek) throw new Error('No mails');
    expectSound(anna);
    expectSound(marek);
    expect(anna.subject).toBe(`The printer smokes (#${number})`);
    expect(anna.html).toContain('<strong>burnt</strong>');
    expect(anna.text).toContain('It smells of **burnt** paper');
    expect(links(anna)).toEqual([`${URL_OF}/tickets/${number}`, `${URL_OF}/notifications/preferences`]);
    expect(anna.text).toContain('You get this because');
    expect(marek.text).toContain('Anna Test needs help');
    expect(marek.text).toContain('Category: Hardware');
    expect(marek.references).toEqual(anna.references);
    expect(marek.messageId).not.toBe(anna.messageId);
  });

  test('ticket-reply says the new status and what to do', async () => {
    const { number } = await raise();
    await settle();
    await say(people.marek, number, { body: 'Which <b>printer</b> is it?', then: 'waiting' });
    await dispatch();
    const [mail] = await sendAll();
    if (!mail) throw new Error('No mail');
    expectSound(mail);
    expect(mail.subject).toBe(`Re: The printer smokes (#${number})`);
    expect(mail.text).toContain('Marek Test needs an answer from you');
    expect(mail.text).toContain('Open the ticket to answer');
    expect(mail.html).toContain('&lt;b&gt;printer&lt;/b&gt;');
    expect(load(mail.html)('body > div').first().text()).toContain('Marek Test: Which');
  });

  test('a ticket’s mail leads to what comes by mail; what somebody quotes is told from what they say', async () => {
    const { number } = await raise();
    await settle();
    await say(people.marek, number, { body: '> It smokes\n\nSince when?' });
    await dispatch();
    const [mail] = await sendAll();
    if (!mail) throw new Error('No mail');
    const choose = `${URL_OF}/notifications/preferences`;
    expect(links(mail)).toContain(choose);
    expect(mail.text).toContain(`Choose what we mail you: ${choose}`);
    expect(load(mail.html)('.said blockquote').text()).toContain('It smokes');
    expect(load(mail.html)('style').text()).toMatch(/\.said blockquote \{\s*border-left/);
  });

  test('ticket-reply to the desk', async () => {
    const { number } = await raise();
    await settle();
    await say(people.anna, number, { body: 'The big one' });
    await dispatch();
    const [mail] = to(await sendAll(), 'Nadia');
    if (!mail) throw new Error('No mail');
    expectSound(mail);
    expect(mail.text).toContain('Anna Test has answered');
    expect(mail.text).toContain('waiting for your team');
  });

  test('ticket-status says that it is solved and until when to object', async () => {
    const { number } = await raise();
    await settle();
    const marek = await as(people.marek);
    await resolveTicket(marek, await findTicket(marek, number));
    await dispatch();
    const [mail] = await sendAll();
    if (!mail) throw new Error('No mail');
    expectSound(mail);
    expect(mail.text).toContain('Your ticket is solved');
    expect(mail.text).toMatch(/before \w+ \d+ \w+/);
  });

  test('ticket-assigned', async () => {
    const { number } = await raise();
    await settle();
    const marek = await as(people.marek);
    await changeTicket(marek, await findTicket(marek, number), { assigneeId: people.nadia });
    await dispatch();
    const [mail] = to(await sendAll(), 'Nadia');
    if (!mail) throw new Error('No mail');
    expectSound(mail);
    expect(mail.text).toContain('Marek Test has given you a ticket');
    expect(mail.text).toContain('assigned to you');
  });

  test('ticket-note reaches the owner, and none of its words anybody else', async () => {
    const { id, number } = await raise();
    await db('ticket_watchers').insert({ ticket_id: id, user_id: people.ben });
    const marek = await as(people.marek);
    await changeTicket(marek, await findTicket(marek, number), { assigneeId: people.nadia });
    await settle();
    await say(people.marek, number, { kind: 'note', body: 'CANARY behind the curtain' });
    await say(people.marek, number, { body: 'We look into it' });
    await dispatch();
    const mails = await sendAll();
    const withCanary = mails.filter(mail => `${mail.html}${mail.text}${mail.subject}`.includes('CANARY'));
    expect(withCanary.map(mail => mail.to.name)).toEqual(['Nadia Test']);
    withCanary.forEach(expectSound);
    expect(to(mails, 'Ben')).toHaveLength(1);
  });

  test('a removed message says so and keeps nothing of it', async () => {
    const { number } = await raise();
    await settle();
    const { commentId } = await say(people.marek, number, { body: 'My password is hunter2' });
    await db('comments').where({ id: commentId }).update({ body: '', redacted_at: new Date() });
    await dispatch();
    const [mail] = await sendAll();
    expect(mail?.text).toContain('This message was removed.');
    expect(`${mail?.html}${mail?.text}`).not.toContain('hunter2');
  });

  test('nothing in a title can become a header or markup', async () => {
    const subject = 'Bcc: x@evil.example <img src=x onerror=alert(1)> “Ünïcode” 😀';
    await raise(people.anna, { subject });
    await dispatch();
    const [mail] = to(await sendAll(), 'Anna');
    if (!mail) throw new Error('No mail');
    expectSound(mail);
    expect(mail.subject).toContain(subject);
  });
});

test('each string is translated: the test language accents all of them', async () => {
  await db('users').where({ id: people.anna }).update({ locale: 'en-XA' });
  const { number } = await raise();
  await dispatch();
  await sendAll();
  await say(people.marek, number, { body: 'Answer', then: 'solved' });
  await dispatch();
  const [mail] = to(await sendAll(), 'Anna');
  await db('users').where({ id: people.anna }).update({ locale: null });
  if (!mail) throw new Error('No mail');
  const $ = load(mail.html);
  expect($('h1').text().trim()).toMatch(/^⟦/);
  expect($('.btn a').text().trim()).toMatch(/^⟦/);
  expect(mail.text).not.toMatch(/Your ticket|You get this|See the ticket/);
});
