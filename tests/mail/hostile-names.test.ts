import { load } from 'cheerio';
import { beforeEach, expect, test } from 'vitest';
import { changeTemplate } from '../../src/domain/mail/changing-templates.ts';
import { ownWording } from '../../src/domain/mail/own-wording.ts';
import { templateEvents } from '../../src/domain/mail/template-events.ts';
import { desk } from '../jobs/desk.ts';

/** What people are called and what they write about stands in our mails as words: it is filled into nothing again. */

const { db, services, people, as, raise, say, dispatch, sendAll, settle } = await desk();
beforeEach(settle);

const EVIL = '{{ticket.number}} {{recipient.name}} {{number}} {{count}} $t(Low) $t(Priority, {"count": 2})';
const HTML = '<img src=x onerror=alert(1)>"\'>';

async function mailsAbout(name: string, subject: string) {
  await db('users')
    .where({ id: people.anna })
    .update({ first_name: name.slice(0, 80), last_name: HTML });
  const { number } = await raise(people.anna, { subject: subject.slice(0, 200) });
  await dispatch();
  await say(people.marek, number, { body: `It is ${EVIL} ${HTML}` });
  await dispatch();
  await say(people.anna, number, { body: EVIL });
  await dispatch();
  return sendAll();
}

async function expectPlain(mails: Awaited<ReturnType<typeof sendAll>>, subject: string) {
  expect(mails.length).toBeGreaterThanOrEqual(3);
  for (const mail of mails) {
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect(mail.subject).toContain(subject);
    expect(mail.to.name).not.toMatch(/[\r\n]/);
    for (const value of Object.values(mail.headers)) expect(String(value)).not.toMatch(/[\r\n](?![ \t])/);
    const $ = load(mail.html);
    expect($('img[src=x], [onerror], script')).toHaveLength(0);
    // Every brace that somebody wrote is still there, in the text and as text in the HTML.
    for (const part of [mail.text, $('body').text()]) {
      expect(part.match(/\{\{ticket\.number\}\}/)).not.toBeNull();
      expect(part).not.toContain('undefined');
    }
  }
}

test('in the product’s own words', async () => {
  await expectPlain(await mailsAbout(EVIL, EVIL), EVIL.slice(0, 60));
});

test('in words of an admin that name them all', async () => {
  const admin = await as(people.admin);
  const t = services.translator.forLocale('en');
  for (const event of templateEvents.filter(each =>
    /^ticket-(received|new|reply|status|assigned)$/.test(each),
  ))
    await changeTemplate(
      admin,
      { event, language: 'en' },
      {
        ...ownWording(event, t),
        subject: '{{requester.first_name}}: {{ticket.subject}}',
        before: '{{requester.name}} {{actor.name}} {{ticket.subject}}',
        version: 0,
      },
      t,
    );
  await expectPlain(await mailsAbout(EVIL, EVIL), EVIL.slice(0, 60));
  await db('mail_templates').delete();
});

test('line ends in a name or a subject begin no header, wherever they came from', async () => {
  const evil = '{{ticket.number}} Anna\r\nBcc: evil@example.com\r\n\r\n<b>';
  await expectPlain(await mailsAbout(evil, evil), '{{ticket.number}} Anna');
});
