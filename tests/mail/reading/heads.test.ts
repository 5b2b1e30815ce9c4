import { describe, expect, test } from 'vitest';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { bytes, mail } from './mails.ts';

const fromOf = async (value: string) => (await readMail(bytes(`From: ${value}\r\n\r\n`))).from;

describe('addresses are structures', () => {
  test.each([
    ['anna@example.com', [['', 'anna@example.com']]],
    ['Anna <anna@example.com>', [['Anna', 'anna@example.com']]],
    ['"Nowak, Anna" <anna@example.com>', [['Nowak, Anna', 'anna@example.com']]],
    ['"Anna \\"Ann\\" Nowak" <anna@example.com>', [['Anna "Ann" Nowak', 'anna@example.com']]],
    ['anna@example.com (Anna Nowak)', [['Anna Nowak', 'anna@example.com']]],
    ['<anna@example.com>', [['', 'anna@example.com']]],
    ['Anna anna@example.com', [['Anna', 'anna@example.com']]],
    ['=?utf-8?Q?M=C3=BCller=2C_Anna?= <anna@example.com>', [['Müller, Anna', 'anna@example.com']]],
    // A comma within the word itself, which Outlook wrote for years.
    ['=?utf-8?Q?Müller,_Anna?= <anna@example.com>', [['Müller, Anna', 'anna@example.com']]],
    [
      'team: anna@example.com, Ben <ben@example.com>;',
      [
        ['', 'anna@example.com'],
        ['Ben', 'ben@example.com'],
      ],
    ],
    ['undisclosed-recipients:;', []],
    [
      'a@example.com; b@example.com',
      [
        ['', 'a@example.com'],
        ['', 'b@example.com'],
      ],
    ],
    ['"a@example.com"', [['', 'a@example.com']]],
    ['"Anna" <anna@example.com', [['Anna', 'anna@example.com']]],
    ['', []],
    ['Mail Delivery System', [['Mail Delivery System', '']]],
  ])('%s', async (value, people) => {
    const expected = people.map(([name, address]) => ({ name, address }));
    expect(await fromOf(Buffer.from(value).toString('latin1'))).toEqual(expected);
  });

  test('an encoded word cannot make an address out of a name', async () => {
    const name = `=?utf-8?B?${Buffer.from('boss@example.com" <boss@example.com>,').toString('base64')}?=`;
    const from = await fromOf(`${name} <mallory@example.net>`);
    expect(from.map(({ address }) => address)).toEqual(['mallory@example.net']);
  });

  test('an encoded word within an address is not decoded, and told', async () => {
    const read = await readMail(mail('From: <=?utf-8?Q?boss=40example.com=00?=@example.net>', '', ''));
    expect(read.from[0]!.address).toContain('=?utf-8?Q?');
    expect(read.problems.join()).toContain('encoded word');
    const domain = await readMail(mail('From: boss@=?utf-8?Q?example.com?=', '', ''));
    expect(domain.from[0]!.address).not.toBe('boss@example.com');
    expect(domain.problems.join()).toContain('encoded word');
  });

  test('bare bytes beside an encoded word do not make it be decoded', async () => {
    const read = await readMail(bytes('From: <=?utf-8?Q?boss=40example.com?=\xc3\xa4@example.net>\r\n\r\n'));
    expect(read.from[0]!.address).toContain('=?utf-8?Q?');
  });

  test('a comment is no address', async () => {
    expect(await fromOf('(boss@example.com)')).toEqual([{ name: 'boss@example.com', address: '' }]);
  });

  test('two addresses for one name are both told, so that nobody takes the one for the other', async () => {
    const from = await fromOf('Boss <boss@example.com> <mallory@example.net>');
    expect(from.map(({ address }) => address)).toEqual(['boss@example.com', 'mallory@example.net']);
    const bare = await readMail(mail('From: boss@example.com mallory@example.net', '', ''));
    expect(bare.problems.join()).toContain('without a comma');
  });

  test('of two From lines all are told', async () => {
    const read = await readMail(mail('From: a@example.com', 'From: b@example.com', '', ''));
    expect(read.from.map(({ address }) => address)).toEqual(['a@example.com', 'b@example.com']);
    expect(read.problems).toContain('There are two From lines; a mail has one.');
  });

  test('a From with two addresses, or with none, is told', async () => {
    expect((await readMail(mail('From: a@example.com, b@example.com', '', ''))).problems.join()).toContain(
      'more than one',
    );
    expect((await readMail(mail('Subject: x', '', ''))).problems.join()).toContain('no address');
  });

  test('a line end in an encoded name is a space', async () => {
    expect(await fromOf('=?utf-8?Q?a=0D=0ABcc:_x?= <a@example.com>')).toEqual([
      { name: 'a Bcc: x', address: 'a@example.com' },
    ]);
  });
});

describe('the head', () => {
  test('says which mails this one answers', async () => {
    const read = await readMail(
      mail(
        'Message-ID: <1@example.com>',
        'In-Reply-To: <0@example.com> (Anna)',
        'References: <a@x>',
        '  <b@x>\t<c@x>',
        '',
        '',
      ),
    );
    expect(read).toMatchObject({
      messageId: '<1@example.com>',
      inReplyTo: ['<0@example.com>'],
      references: ['<a@x>', '<b@x>', '<c@x>'],
    });
  });

  test('gives a Message-ID without brackets its brackets', async () => {
    expect((await readMail(mail('Message-ID: 1@example.com', '', ''))).messageId).toBe('<1@example.com>');
    expect((await readMail(mail('Message-ID: 12223', '', ''))).messageId).toBe('<12223>');
    expect((await readMail(mail('Subject: x', '', ''))).messageId).toBeNull();
  });

  test('tells the null path of a machine from no path at all', async () => {
    expect((await readMail(mail('Return-Path: <>', '', ''))).returnPath).toBe('');
    expect((await readMail(mail('Return-Path: <a@example.com>', '', ''))).returnPath).toBe('a@example.com');
    expect((await readMail(mail('Subject: x', '', ''))).returnPath).toBeNull();
  });

  test('says to whom it was delivered, by whatever name', async () => {
    const read = await readMail(
      mail('Delivered-To: a@x.com', 'X-Original-To: b@x.com', 'Envelope-To: c@x.com', '', ''),
    );
    expect(read.deliveredTo).toEqual(['a@x.com', 'b@x.com', 'c@x.com']);
  });

  test.each([
    ['Mon, 2 Mar 2026 09:00:00 +0100', '2026-03-02T08:00:00.000Z'],
    ['Mon, 2 Mar 2026 09:00:00 +0100 (CET)', '2026-03-02T08:00:00.000Z'],
    ['2 Mar 2026 09:00:00 GMT', '2026-03-02T09:00:00.000Z'],
    // No zone: not that of this machine.
    ['Mon, 2 Mar 2026 09:00:00', '2026-03-02T09:00:00.000Z'],
  ])('dates: %s', async (value, moment) => {
    expect((await readMail(mail(`Date: ${value}`, '', ''))).date?.toISOString()).toBe(moment);
  });

  test('no date at all, or an impossible one, is none', async () => {
    for (const line of ['Date: yesterday', 'Date: Mon, 2 Mar 99999 09:00:00 GMT', 'Subject: x'])
      expect((await readMail(mail(line, '', ''))).date).toBeNull();
  });

  test('keeps all values of all names, but no name that is none of a header', async () => {
    const read = await readMail(
      mail('Received: one', 'received: two', 'constructor: x', '__proto__: y', 'X-Größe: z', '', ''),
    );
    expect(read.headers.received).toEqual(['one', 'two']);
    expect(read.headers.constructor).toEqual(['x']);
    expect(Object.keys(read.headers)).toEqual(['received', 'constructor']);
  });

  test('keeps what receiving servers found, unjudged', async () => {
    const read = await readMail(mail('Authentication-Results: mx.example.com;', ' dkim=pass', '', ''));
    expect(read.authenticationResults).toEqual(['mx.example.com; dkim=pass']);
    const dressed = await readMail(
      mail('Authentication-Results: =?utf-8?q?mx=2Eexample=2Ecom?=; dmarc=pass', '', ''),
    );
    expect(dressed.authenticationResults).toEqual(['=?utf-8?q?mx=2Eexample=2Ecom?=; dmarc=pass']);
  });
});
