import { describe, expect, test } from 'vitest';
import { automaticOf, type Signs } from '../../../src/mail/reading/automatic.ts';

/** A mail of Anna's with these headers on top. */
function told(headers: Record<string, string>, more: Partial<Signs> = {}) {
  return automaticOf({
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]),
    ),
    subject: 'The printer hums',
    from: 'anna@example.com',
    returnPath: 'anna@example.com',
    isReport: false,
    calendarMethod: null,
    ...more,
  });
}

describe('a machine is known by its headers', () => {
  test.each([
    ['Auto-Submitted', 'auto-replied', 'auto-reply'],
    ['Auto-Submitted', 'auto-replied (vacation)', 'auto-reply'],
    ['Auto-Submitted', 'Auto-Generated; owner-email="a@example.com"', 'auto-generated'],
    ['Auto-Submitted', 'auto-notified', 'auto-generated'],
    ['X-Autoreply', 'yes', 'auto-reply'],
    ['X-Autorespond', 'Out', 'auto-reply'],
    ['X-Auto-Response', '1', 'auto-reply'],
    ['X-Mail-Autoreply', 'x', 'auto-reply'],
    ['X-FC-MachineGenerated', 'true', 'auto-generated'],
    ['X-MS-Exchange-Generated-Message-Source', 'Mailbox Rules Agent', 'auto-reply'],
    ['X-Post-MessageClass', '9; Autoresponder', 'auto-reply'],
    ['Precedence', 'auto_reply', 'auto-reply'],
    ['Precedence', 'bulk', 'bulk'],
    ['Precedence', 'Junk', 'bulk'],
    ['Precedence', 'list', 'list'],
    ['List-Id', 'Users <users.lists.example.com>', 'list'],
    ['Mailing-List', 'contact users@example.com', 'list'],
    ['List-Unsubscribe', '<https://example.com/u>', 'bulk'],
    ['X-Auto-Response-Suppress', 'DR, OOF, AutoReply', 'auto-generated'],
    ['X-Auto-Response-Suppress', 'All', 'auto-generated'],
    ['X-Failed-Recipients', 'olaf@example.com', 'bounce'],
    ['Return-Path', '<MAILER-DAEMON>', 'bounce'],
    ['Content-Type', 'multipart/report; report-type=disposition-notification; boundary=b', 'auto-generated'],
  ])('%s: %s', (name, value, kind) => {
    expect(told({ [name]: value })).toMatchObject({
      kind,
      because: expect.stringMatching(new RegExp(name, 'i')),
    });
  });

  test('a delivery report, a null path, an answer to an invitation and a daemon are machines', () => {
    expect(told({}, { isReport: true })?.kind).toBe('bounce');
    expect(told({}, { returnPath: '' })).toEqual({ kind: 'auto-generated', because: 'Return-Path: <>' });
    expect(told({}, { calendarMethod: 'REPLY' })?.kind).toBe('calendar-reply');
    expect(told({}, { from: 'MAILER-DAEMON@mx.example.com' })?.kind).toBe('bounce');
  });

  test('an absence that Exchange calls generated is an answer', () => {
    const exchange = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
    expect(told(exchange, { subject: 'Automatic reply: The printer hums' })?.kind).toBe('auto-reply');
    const rule = { ...exchange, 'X-MS-Exchange-Generated-Message-Source': 'Mailbox Rules Agent' };
    expect(told(rule)?.kind).toBe('auto-reply');
    expect(told(exchange)?.kind).toBe('auto-generated');
  });

  test('the surest sign decides', () => {
    expect(told({ Precedence: 'bulk', 'Auto-Submitted': 'auto-replied' })?.kind).toBe('auto-reply');
    expect(told({ Precedence: 'bulk', 'List-Id': '<a.b>' })?.kind).toBe('list');
  });

  test('what it was told by is bounded', () => {
    expect(told({ 'List-Id': 'x'.repeat(5000) })?.because.length).toBeLessThanOrEqual(200);
  });
});

describe('an absence is known by its subject only beside another sign', () => {
  const subjects = [
    'Automatic reply: Hum',
    'Out of Office: Hum',
    'Automatische Antwort: Hum',
    'Abwesenheitsnotiz: Hum',
    'Réponse automatique : Hum',
    'Respuesta automática: Hum',
    'Risposta automatica: Hum',
    'Resposta automática: Hum',
    'Automatisch antwoord: Hum',
    'Autosvar: Hum',
    'Automatyczna odpowiedź: Hum',
    'Автоматический ответ: Hum',
    '自动回复: Hum',
    '自動応答: Hum',
    '[EXTERNAL] Automatic reply: Hum',
  ];
  test.each(subjects)('%s', subject => {
    expect(told({}, { subject })).toBeNull();
    expect(told({ 'In-Reply-To': '<a@b>' }, { subject })?.kind).toBe('auto-reply');
    expect(told({}, { subject, returnPath: '' })?.kind).toBe('auto-reply');
  });

  test('a person who answers one is a person', () => {
    expect(told({ 'In-Reply-To': '<a@b>' }, { subject: 'Re: Automatic reply: Hum' })).toBeNull();
    expect(told({ 'In-Reply-To': '<a@b>' }, { subject: 'Out of office chairs' })).not.toBeUndefined();
  });
});

describe('ordinary mail raises no alarm', () => {
  test.each([
    ['nothing special', {}],
    ['an explicit no', { 'Auto-Submitted': 'no' }],
    ['an explicit no with a comment', { 'Auto-Submitted': 'No (a person)' }],
    ['urgent', { Precedence: 'first-class', 'X-Priority': '1' }],
    ['a reply', { 'In-Reply-To': '<a@b>', References: '<a@b>' }],
    ['a loop guard', { 'X-Loop': 'desk@example.com' }],
    ['a mail that a rule redirected', { 'X-MS-Exchange-Inbox-Rules-Loop': 'anna@example.com' }],
    ['receipts unwanted', { 'X-Auto-Response-Suppress': 'DR, RN, NRN' }],
    ['an autoreply header that says no', { 'X-Autoreply': 'no' }],
  ])('%s', (_what, headers) => {
    expect(told(headers)).toBeNull();
  });

  test('an invitation and an unknown path are a person’s', () => {
    expect(told({}, { calendarMethod: 'REQUEST' })).toBeNull();
    expect(told({}, { returnPath: null })).toBeNull();
  });
});

test('long headers and subjects cost nothing', () => {
  const long = 'out of '.repeat(150_000);
  const before = process.cpuUsage();
  told(
    {
      'Auto-Submitted': ' '.repeat(1_000_000),
      Precedence: long,
      'List-Id': long,
      'X-Auto-Response-Suppress': long,
    },
    { subject: `[${'['.repeat(1_000_000)}`, from: long },
  );
  told({}, { subject: '[a] '.repeat(250_000) });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(200);
});
