import { beforeEach, describe, expect, test } from 'vitest';
import { Conflict, Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import {
  changeTemplate,
  resetTemplate,
  restoreTemplate,
} from '../../../src/domain/mail/changing-templates.ts';
import { ownWording, type Wording } from '../../../src/domain/mail/own-wording.ts';
import { templateEvents } from '../../../src/domain/mail/template-events.ts';
import {
  fillLine,
  fillParagraphs,
  placeholdersOf,
  unknownPlaceholders,
} from '../../../src/domain/mail/template-placeholders.ts';
import { listTemplates, templateHistory, wordingFor } from '../../../src/domain/mail/templates.ts';
import { testWorld } from '../../support/factories.ts';

const { db, services, as, makeUser } = await testWorld();
const admin = await makeUser({ role: 'admin', firstName: 'Kwame' });
const ctx = await as(admin);
const key = { event: 'ticket-received', language: 'en' } as const;
const own = ownWording('ticket-received', ctx.t);
const words = (more: Partial<Wording> = {}): Wording => ({
  ...own,
  subject: 'Got it: {{ticket.subject}}',
  ...more,
});
const save = (wording: Wording, version: number) => changeTemplate(ctx, key, { ...wording, version }, ctx.t);
const types = () => db('events').whereLike('type', 'mail-template.%').orderBy('id').pluck('type');

beforeEach(async () => {
  await db('mail_templates').delete();
});

test('the product’s own text names only placeholders that its event knows', () => {
  for (const event of templateEvents)
    for (const text of Object.values(ownWording(event, ctx.t)))
      expect([event, unknownPlaceholders(text, event)]).toEqual([event, []]);
});

test('no placeholder is a message, a note, a link or a token', () => {
  const all = new Set(templateEvents.flatMap(event => [...placeholdersOf(event)]));
  expect(
    [...all].filter(name => /note|body|comment|message|url|link|token|secret|password/.test(name)),
  ).toEqual([]);
});

describe('a changed template', () => {
  test('is used in its language alone, and says who changed it', async () => {
    expect(await wordingFor(ctx, 'ticket-received', 'en')).toBeNull();
    await save(words(), 0);
    expect((await wordingFor(ctx, 'ticket-received', 'en'))?.subject).toBe('Got it: {{ticket.subject}}');
    expect(await wordingFor(ctx, 'ticket-received', 'de')).toBeNull();
    expect(await wordingFor(ctx, 'password-reset', 'en')).toBeNull();
    const listed = await listTemplates(ctx, ['en', 'de']);
    expect(listed).toHaveLength(templateEvents.length * 2);
    const changed = listed.filter(each => each.current);
    expect(changed).toMatchObject([{ event: 'ticket-received', language: 'en', current: { version: 1 } }]);
    expect(changed[0]?.current?.savedBy).toContain('Kwame');
  });

  test('keeps each version; an earlier one can be used again, and the product’s own', async () => {
    const before = (await types()).length;
    await save(words(), 0);
    await save(words({ subject: 'Second' }), 1);
    await resetTemplate(ctx, key);
    expect(await wordingFor(ctx, 'ticket-received', 'en')).toBeNull();
    await resetTemplate(ctx, key);
    await restoreTemplate(ctx, key, 1);
    const { rows } = await templateHistory(ctx, key);
    expect(rows.map(row => [row.version, row.wording?.subject, row.restoredFrom])).toEqual([
      [4, 'Got it: {{ticket.subject}}', 1],
      [3, undefined, null],
      [2, 'Second', null],
      [1, 'Got it: {{ticket.subject}}', null],
    ]);
    expect((await types()).slice(before)).toEqual(
      ['changed', 'changed', 'reset', 'restored'].map(verb => `mail-template.${verb}`),
    );
    await expect(restoreTemplate(ctx, key, 9)).rejects.toThrow(NotFound);
  });

  test('of the product’s own words is the product’s own', async () => {
    expect(await save(own, 0)).toEqual({ version: 0 });
    await save(words(), 0);
    await save(own, 1);
    expect((await templateHistory(ctx, key)).rows[0]).toMatchObject({ version: 2, wording: null });
  });

  test('over an older version changes nothing and shows both', async () => {
    await save(words({ heading: 'Theirs' }), 0);
    const stale = save(words({ heading: 'Mine' }), 0);
    await expect(stale).rejects.toThrow(Conflict);
    await expect(stale).rejects.toMatchObject({
      conflicts: [{ field: 'Heading', theirs: 'Theirs', yours: 'Mine' }],
    });
    expect(await db('mail_templates')).toHaveLength(1);
  });

  test('saved by two at the same moment is saved once', async () => {
    const both = await Promise.allSettled([
      save(words({ heading: 'One' }), 0),
      save(words({ heading: 'Two' }), 0),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await db('mail_templates')).toHaveLength(1);
  });

  test('with an unknown placeholder is refused beside the field', async () => {
    const wrong = { before: 'Hi {{requester.password}}', after: 'See {{ticket.note}} and {{ open' };
    const refused = save(words(wrong), 0);
    await expect(refused).rejects.toThrow(Invalid);
    const { errors } = (await refused.catch(error => error)) as Invalid;
    expect(Object.keys(errors)).toEqual(['before', 'after']);
    expect(errors.before).toContain('{{requester.password}}');
    expect(errors.after).toContain('{{ticket.note}}');
    // What the desk alone knows is no placeholder of a mail to the requester.
    await expect(save(words({ after: '{{ticket.priority}}' }), 0)).rejects.toThrow(Invalid);
  });

  test('is an admin’s alone', async () => {
    for (const role of ['employee', 'coordinator'] as const) {
      const other = await as(await makeUser({ role }));
      await expect(changeTemplate(other, key, { ...words(), version: 0 }, ctx.t)).rejects.toThrow(Forbidden);
      await expect(resetTemplate(other, key)).rejects.toThrow(Forbidden);
      await expect(restoreTemplate(other, key, 1)).rejects.toThrow(Forbidden);
      await expect(listTemplates(other, ['en'])).rejects.toThrow(Forbidden);
      await expect(templateHistory(other, key)).rejects.toThrow(Forbidden);
    }
  });
});

describe('filling in', () => {
  test('happens once: what a value holds is no placeholder', () => {
    const values = { 'ticket.subject': '{{company.name}} {{x}}', 'company.name': 'Halden' };
    expect(fillLine('{{ ticket.subject }} at {{company.name}}', values)).toBe(
      '{{company.name}} {{x}} at Halden',
    );
  });

  test('keeps a value on its line, and lets it turn no direction', () => {
    const subject = 'Hello\r\nBcc: evil@example.com\u2028x\u202egnp.exe';
    expect(fillLine('Re: {{ticket.subject}}', { 'ticket.subject': subject })).toBe(
      'Re: Hello Bcc: evil@example.com xgnp.exe',
    );
  });

  test('leaves out a line that would say nothing', () => {
    const text =
      'Changed by {{actor.name}}.\n\n{{company.help_line}}\nNumber {{ticket.number}} {{actor.name}}';
    expect(fillParagraphs(text, { 'ticket.number': '7' })).toEqual(['Number 7']);
  });

  test('knows nothing of what every object has', () => {
    expect(unknownPlaceholders('{{constructor}} {{__proto__}} {{toString}}', 'digest')).toHaveLength(3);
    expect(fillLine('{{constructor}}{{__proto__}}', {})).toBe('');
  });
});

test('words of another language begin with that language’s own text', () => {
  const pseudo = services.translator.forLocale('en-XA');
  const { before, button } = ownWording('ticket-received', pseudo);
  expect(before).toContain('{{ticket.number}}');
  expect(before).toMatch(/^⟦/);
  expect(button).toMatch(/^⟦/);
  expect(unknownPlaceholders(before, 'ticket-received')).toEqual([]);
});
