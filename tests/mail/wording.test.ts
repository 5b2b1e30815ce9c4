import { load } from 'cheerio';
import { beforeEach, describe, expect, test } from 'vitest';
import { changeTemplate } from '../../src/domain/mail/changing-templates.ts';
import { ownWording, type Wording } from '../../src/domain/mail/own-wording.ts';
import { sampleLetter } from '../../src/domain/mail/sample-letters.ts';
import { templateEvents } from '../../src/domain/mail/template-events.ts';
import type { TemplateKey } from '../../src/domain/mail/templates.ts';
import { testTemplate } from '../../src/domain/mail/testing-templates.ts';
import { composeMail } from '../../src/mail/mailer.ts';
import type { Mail } from '../../src/platform/mail-transport.ts';
import { desk } from '../jobs/desk.ts';

const { db, config, services, people, as, raise, say, dispatch, sendAll, settle } = await desk();
beforeEach(async () => {
  await settle();
  await db('mail_templates').delete();
});

const admin = await as(people.admin);
const draw = (letter: Parameters<typeof composeMail>[0]) => composeMail(letter, config, services.translator);
const to = (mails: Mail[], name: string) => mails.find(mail => mail.to.name === `${name} Test`);

async function word(event: TemplateKey['event'], wording: Partial<Wording>, language = 'en') {
  const t = services.translator.forLocale(language);
  const whole = { ...ownWording(event, t), ...wording, version: 0 };
  await changeTemplate(admin, { event, language }, whole, t);
}

describe('the product’s own text as a template', () => {
  test.each(templateEvents)('%s says what the mail says without one', async event => {
    const { number } = await raise();
    await say(people.marek, number, { body: 'Unplug it' });
    const sample = { event, language: 'en', number };
    const plain = draw(await sampleLetter(admin, { ...sample, wording: null }));
    const own = ownWording(event, admin.t);
    const worded = draw(await sampleLetter(admin, { ...sample, wording: own }));
    expect(worded.subject).toBe(plain.subject);
    expect(worded.text).toBe(plain.text);
    expect(worded.html).toBe(plain.html);
    expect(plain.text + plain.html + plain.subject).not.toMatch(/\{\{|undefined|NaN/);
  });
});

describe('a template that somebody changed', () => {
  test('words the mail, whose facts, reason and address stay', async () => {
    await word('ticket-reply', {
      subject: '[{{company.name}}] {{ticket.subject}}',
      heading: 'News for {{recipient.first_name}}',
      before: 'Dear {{recipient.first_name}},\n{{actor.name}} wrote:',
      after: 'Kind regards',
      button: 'Look',
    });
    const { number } = await raise();
    await settle();
    await say(people.marek, number, { body: 'Unplug **it**' });
    await dispatch();
    const mail = to(await sendAll(), 'Anna');
    if (!mail) throw new Error('No mail');
    expect(mail.subject).toBe('[SmartSupport] The printer smokes');
    const $ = load(mail.html);
    expect($('h1').text().trim()).toBe('News for Anna');
    for (const part of [mail.text, $('body').text()]) {
      expect(part).toContain('Dear Anna,');
      expect(part).toContain('Marek Test wrote:');
      expect(part).toContain('Unplug');
      expect(part).toContain('Kind regards');
      expect(part).toContain(`You get this because #${number} is your ticket.`);
    }
    expect($('.btn a').attr('href')).toBe(`http://localhost:3000/tickets/${number}`);
    expect($('.btn a').text().trim()).toBe('Look');
    expect(mail.references?.[0]).toMatch(/^<t\d+\./);
    expect(mail.headers['Auto-Submitted']).toBe('auto-generated');
  });

  test('puts nothing of a ticket into the HTML or a header as it is', async () => {
    await word('ticket-new', {
      subject: 'New: {{ticket.subject}}',
      before: '{{ticket.subject}} <b>bold</b>',
    });
    await raise(people.anna, { subject: '<img src=x onerror=alert(1)> {{ticket.team}}' });
    await dispatch();
    const mail = to(await sendAll(), 'Marek');
    if (!mail) throw new Error('No mail');
    expect(mail.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(mail.html).not.toContain('<img');
    expect(mail.html).not.toContain('<b>bold</b>');
    expect(mail.subject).toBe('New: <img src=x onerror=alert(1)> {{ticket.team}}');
  });

  test('is one line in the subject, whatever was stored', async () => {
    await word('ticket-received', {});
    await db('mail_templates').insert({
      event: 'ticket-received',
      language: 'en',
      version: 7,
      subject: 'Hi\r\nBcc: evil@example.com',
      heading: 'H',
      button: 'B',
    });
    await raise();
    await dispatch();
    const mail = to(await sendAll(), 'Anna');
    expect(mail?.subject).toBe('Hi Bcc: evil@example.com');
  });

  test('never takes the reason, the line above which one answers, or the way out of a digest', async () => {
    await db('mailboxes').insert({ name: 'Help', address: 'help@company.example', kind: 'push' });
    const { number } = await raise();
    const bare: Wording = { subject: 'x', heading: 'x', before: '', after: '', button: 'x' };
    const sample = { language: 'en', number, wording: bare };
    const reply = draw(await sampleLetter(admin, { ...sample, event: 'ticket-reply' }));
    expect(reply.text).toContain('Write your answer above this line');
    expect(reply.text).toContain('is your ticket');
    expect(reply.replyTo.address).toContain('help+t');
    const digest = draw(await sampleLetter(admin, { ...sample, event: 'digest' }));
    expect(digest.text).toContain('/notifications/preferences');
    expect(digest.text).toContain('You get this because');
    expect(digest.text).toContain('/unsubscribe/');
    expect(digest.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    await db('mailboxes').delete();
  });

  test('holds no note, not even where the mail is about one', async () => {
    const { number } = await raise();
    await say(people.marek, number, { kind: 'note', body: 'quaggasecret' });
    for (const event of templateEvents.filter(each => each !== 'ticket-note')) {
      const mail = draw(await sampleLetter(admin, { event, language: 'en', number, wording: null }));
      expect(mail.text + mail.html + mail.subject).not.toContain('quaggasecret');
    }
  });

  test('of one language leaves the others their own: here the accented one for tests', async () => {
    await word('ticket-received', { heading: 'Ours' });
    await word('ticket-received', { heading: 'Ačçented' }, 'en-XA');
    await db('users').where({ id: people.ben }).update({ locale: 'en-XA' });
    await raise();
    await raise(people.ben);
    await dispatch();
    const mails = await sendAll();
    expect(to(mails, 'Anna')?.text).toContain('Ours');
    expect(to(mails, 'Ben')?.text).toContain('Ačçented');
    expect(to(mails, 'Ben')?.text).toContain('⟦');
    await db('mail_templates').where({ language: 'en-XA' }).delete();
    await raise(people.ben);
    await dispatch();
    expect(to(await sendAll(), 'Ben')?.text).not.toContain('Ours');
    await db('users').where({ id: people.ben }).update({ locale: null });
  });
});

describe('a mention', () => {
  const mention = async () => {
    const { number } = await raise();
    await settle();
    await say(people.marek, number, {
      kind: 'note',
      body: 'See @Nadia Test quaggasecret',
    });
    await dispatch();
    return number;
  };

  test('has words of its own, and is answered by nobody’s mail where it is in a note', async () => {
    await db('mailboxes').insert({ name: 'Help', address: 'help@company.example', kind: 'push' });
    await word('ticket-mention', { heading: '{{actor.name}} calls you' });
    await mention();
    const mail = to(await sendAll(), 'Nadia');
    expect(mail?.text).toContain('Marek Test calls you');
    expect(mail?.text).toContain('quaggasecret');
    expect(mail?.text).toContain('Only those who work this ticket can read notes');
    expect(mail?.replyTo.address).not.toContain('+t');
    expect(mail?.text).not.toContain('Write your answer above this line');
    await db('mailboxes').delete();
  });

  test('in a note is not sent to who works the ticket no more', async () => {
    const number = await mention();
    const { id } = await db('tickets').where({ number }).first('id');
    await db('team_members').where({ user_id: people.nadia }).delete();
    await db('ticket_watchers').insert({ ticket_id: id, user_id: people.nadia });
    expect(await sendAll()).toEqual([]);
    const row = await db('deliveries').where({ template: 'ticket-mention' }).orderBy('id', 'desc').first();
    expect(row).toMatchObject({ state: 'cancelled', recipient_id: people.nadia });
  });
});

describe('a test mail', () => {
  const key = { event: 'ticket-reply', language: 'en' } as const;
  const typed = { ...ownWording('ticket-reply', admin.t), heading: 'Unsaved words' };

  test('goes to the admin alone, with words that nobody saved, and into no ticket', async () => {
    const { number } = await raise();
    await settle();
    await testTemplate(admin, key, { ...typed, number });
    const [mail, ...more] = await sendAll();
    expect(more).toEqual([]);
    expect(mail?.to).toEqual({ name: 'Ada Test', address: 'ada@company.example' });
    expect(mail?.subject).toMatch(/^Test: Re: The printer smokes/);
    expect(mail?.text).toContain('Unsaved words');
    expect(mail?.replyTo.address).not.toContain('+t');
    expect(mail?.references).toEqual([mail?.messageId]);
    expect(await db('mail_templates')).toEqual([]);
    const row = await db('deliveries').where({ template: 'template-test' }).first('state', 'secret');
    expect(row).toEqual({ state: 'sent', secret: null });
  });

  test('is limited, and says so', async () => {
    const { number } = await raise();
    await db('deliveries').where({ template: 'template-test' }).delete();
    for (let sent = 0; sent < 10; sent += 1) await testTemplate(admin, key, { ...typed, number });
    await expect(testTemplate(admin, key, { ...typed, number })).rejects.toThrow(/tests an hour/);
  });

  test('is not sent to who is no admin any more', async () => {
    await db('deliveries').where({ template: 'template-test' }).delete();
    const { number } = await raise();
    await settle();
    await testTemplate(admin, key, { ...typed, number });
    await db('users').where({ id: people.admin }).update({ role: 'employee' });
    expect(await sendAll()).toEqual([]);
    expect(await db('deliveries').where({ template: 'template-test' }).first('state')).toEqual({
      state: 'cancelled',
    });
    await db('users').where({ id: people.admin }).update({ role: 'admin' });
  });

  test('needs a ticket that the admin sees', async () => {
    await expect(testTemplate(admin, key, { ...typed, number: 999_999 })).rejects.toMatchObject({
      errors: { ticket: 'There is no ticket #999999' },
    });
  });
});
