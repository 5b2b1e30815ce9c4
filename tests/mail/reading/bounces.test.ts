import { describe, expect, test } from 'vitest';
import { reportOf } from '../../../src/mail/reading/bounces.ts';

const mail = (...lines: string[]) => Buffer.from(lines.join('\r\n'));
const report = (...lines: string[]) => reportOf(mail(...lines));
const DAEMON = [
  'Return-Path: <>',
  'From: Mail Delivery System <MAILER-DAEMON@mx.example.net>',
  'To: desk@example.com',
];
const RETURNED = [
  'Message-ID: <d42.abc@example.com>',
  'From: desk@example.com',
  'To: anna@example.org',
  'Subject: Hum',
  '',
  'Hi',
];

const standard = (fields: string[], notice = 'It could not be delivered.') => [
  ...DAEMON,
  'Subject: Undelivered Mail Returned to Sender',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
  '',
  '--b1',
  'Content-Type: text/plain',
  '',
  notice,
  '--b1',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mx.example.net',
  '',
  ...fields,
  '--b1',
  'Content-Type: message/rfc822',
  '',
  ...RETURNED,
  '--b1--',
];

describe('reports by the standard', () => {
  test('name the recipient, the status, the reason and the mail that was returned', () => {
    const found = report(
      ...standard([
        'Final-Recipient: rfc822; anna@example.org',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 <anna@example.org>: Recipient address rejected:',
        ' User unknown in local recipient table',
      ]),
    );
    expect(found).toEqual({
      recipients: [
        {
          address: 'anna@example.org',
          status: '5.1.1',
          kind: 'hard',
          reason: 'userunknown',
          diagnostic:
            '550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown in local recipient table',
        },
      ],
      originalId: '<d42.abc@example.com>',
    });
  });

  test('tell of several recipients, each with their own fate', () => {
    const found = report(
      ...standard([
        'Final-Recipient: rfc822; a@example.org',
        'Action: failed',
        'Status: 5.2.2',
        'Diagnostic-Code: smtp; 552 5.2.2 Mailbox full',
        '',
        'Final-Recipient: rfc822; b@example.org',
        'Action: failed',
        'Status: 5.0.0',
        'Diagnostic-Code: smtp; 550 Host unknown',
      ]),
    );
    expect(
      found?.recipients.map(({ address, kind, reason, status }) => [address, kind, reason, status]),
    ).toEqual([
      ['a@example.org', 'soft', 'mailboxfull', '5.2.2'],
      ['b@example.org', 'hard', 'hostunknown', '5.0.0'],
    ]);
  });

  test.each([
    [
      'a delay',
      'Action: delayed',
      'Status: 4.4.1',
      'connect to mx: Connection timed out',
      'delayed',
      'expired',
      '4.4.1',
    ],
    ['a delivery', 'Action: delivered', 'Status: 2.0.0', '250 OK', 'delivered', 'delivered', '2.0.0'],
    [
      'the code the server said, where the report is vague',
      'Action: failed',
      'Status: 5.0.0',
      '550 5.7.1 Access denied',
      'soft',
      'securityerror',
      '5.7.1',
    ],
    [
      'a code behind a hash',
      'Action: failed',
      'Status: 5.0.0',
      '550 #5.1.0 Address rejected.',
      'hard',
      'userunknown',
      '5.1.0',
    ],
    [
      'spam',
      'Action: failed',
      'Status: 5.7.1',
      '550 5.7.1 Message rejected as spam',
      'soft',
      'spamdetected',
      '5.7.1',
    ],
    [
      'DMARC',
      'Action: failed',
      'Status: 5.7.26',
      '550-5.7.26 Unauthenticated email is not accepted due to DMARC policy',
      'soft',
      'authfailure',
      '5.7.26',
    ],
    [
      'a size',
      'Action: failed',
      'Status: 5.3.4',
      '552 5.3.4 Message too big for system',
      'soft',
      'mesgtoobig',
      '5.3.4',
    ],
    [
      'a domain without mail',
      'Action: failed',
      'Status: 5.1.10',
      'Domain example.org does not accept mail (nullMX)',
      'hard',
      'notaccept',
      '5.1.10',
    ],
  ])('tell %s', (_what, action, status, diagnostic, kind, reason, code) => {
    const found = report(
      ...standard([
        'Final-Recipient: rfc822; anna@example.org',
        action,
        status,
        `Diagnostic-Code: smtp; ${diagnostic}`,
      ]),
    );
    expect(found?.recipients[0]).toMatchObject({ kind, reason, status: code });
  });

  test('a complaint (RFC 5965) is told as feedback', () => {
    const found = report(
      'From: complaints@isp.example',
      'Content-Type: multipart/report; report-type=feedback-report; boundary=b1',
      '',
      '--b1',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'Original-Rcpt-To: <anna@example.org>',
      '--b1',
      'Content-Type: message/rfc822',
      '',
      ...RETURNED,
      '--b1--',
    );
    expect(found).toMatchObject({
      recipients: [{ address: 'anna@example.org', reason: 'feedback', kind: 'soft', status: null }],
      originalId: '<d42.abc@example.com>',
    });
  });

  test('a boundary that was changed on the way is found again', () => {
    const lines = standard(['Final-Recipient: rfc822; anna@example.org', 'Action: failed', 'Status: 5.1.1']);
    const broken = lines.map(line => line.replace('boundary="b1"', 'boundary="other"'));
    expect(report(...broken)?.recipients[0]).toMatchObject({ address: 'anna@example.org', status: '5.1.1' });
  });
});

describe('reports that follow no standard', () => {
  test.each([
    [
      'qmail',
      'failure notice',
      [
        'Hi. This is the qmail-send program at mx.example.net.',
        "I'm afraid I wasn't able to deliver your message to the following addresses.",
        '',
        '<anna@example.org>:',
        'Remote host said: 550 5.1.1 User unknown',
        '',
        '--- Below this line is a copy of the message.',
        '',
        ...RETURNED,
      ],
      '5.1.1',
      'userunknown',
      'hard',
    ],
    [
      'Exim',
      'Mail delivery failed: returning message to sender',
      [
        'This message was created automatically by mail delivery software.',
        'A message that you sent could not be delivered to one or more of its recipients.',
        '',
        '  anna@example.org',
        '    SMTP error from remote mail server after RCPT TO:<anna@example.org>:',
        '    host mx.example.org [192.0.2.1]: 552 5.2.2 mailbox is full',
        '',
        '------ This is a copy of the message, including all the headers. ------',
        '',
        ...RETURNED,
      ],
      '5.2.2',
      'mailboxfull',
      'soft',
    ],
    [
      'Gmail',
      'Delivery Status Notification (Failure)',
      [
        'Delivery to the following recipient failed permanently:',
        '',
        '     anna@example.org',
        '',
        'Technical details of permanent failure:',
        'The error that the other server returned was: 550 5.1.1 The email account that you tried to reach does not exist.',
        '',
        '----- Original message -----',
        '',
        ...RETURNED,
      ],
      '5.1.1',
      'userunknown',
      'hard',
    ],
    [
      'Exchange',
      'Undeliverable: Hum',
      [
        'Your message did not reach some or all of the intended recipients.',
        '',
        '      Subject: Hum',
        '',
        'The following recipient(s) could not be reached:',
        '',
        '      anna@example.org on 3/3/2026 9:14 AM',
        '            The recipient name is not recognized',
      ],
      '5.0.911',
      'userunknown',
      'hard',
    ],
    [
      'a German one',
      'Unzustellbar: Hum',
      [
        'Ihre Nachricht konnte nicht zugestellt werden:',
        '',
        'anna@example.org',
        'Das Postfach ist voll.',
        '',
        ...RETURNED,
      ],
      '5.0.922',
      'mailboxfull',
      'soft',
    ],
    [
      'one by a transcript',
      'There was an error sending your mail',
      [
        'I had trouble delivering your message.',
        '',
        'SMTP Server <mx.example.org> rejected recipient <anna@example.org>',
        'It responded as follows: [550 5.1.1 User Unknown]',
        '',
        ...RETURNED,
      ],
      '5.1.1',
      'userunknown',
      'hard',
    ],
    [
      'Notes',
      'Undeliverable message',
      [
        '------- Failure Reasons  --------',
        '',
        'User not listed in public Name & Address Book',
        'anna@example.org',
        '',
        '------- Returned Message --------',
        '',
        ...RETURNED,
      ],
      '5.0.911',
      'userunknown',
      'hard',
    ],
  ])('%s', (_program, subject, body, status, reason, kind) => {
    const found = report(...DAEMON, `Subject: ${subject}`, '', ...body);
    expect(found?.recipients).toHaveLength(1);
    expect(found?.recipients[0]).toMatchObject({ address: 'anna@example.org', status, reason, kind });
    if (body.includes(RETURNED[0]!)) expect(found?.originalId).toBe('<d42.abc@example.com>');
  });

  test('the header of failed recipients is believed', () => {
    const found = report(
      ...DAEMON,
      'X-Failed-Recipients: anna@example.org',
      'Subject: Warning: message delayed',
      'In-Reply-To: <d7.x@example.com>',
      '',
      'This is a warning message only.',
      'anna@example.org: 421 4.4.2 Connection timed out',
    );
    expect(found).toMatchObject({
      recipients: [{ address: 'anna@example.org', kind: 'delayed', status: '4.4.2' }],
      originalId: '<d7.x@example.com>',
    });
  });

  test('a status nobody sent can be told from one that was sent', () => {
    const found = report(
      ...DAEMON,
      'Subject: Undeliverable mail',
      '',
      'Unable to deliver to <anna@example.org>: no such user here',
    );
    expect(found?.recipients[0]?.status).toBe('5.0.911');
  });
});

test('a report whose parts cannot be told apart is read as one text', () => {
  const found = report(
    ...DAEMON,
    'Subject: Mail System Error - Returned Mail',
    'Content-Type: multipart/mixed; boundary="a _ b"',
    '',
    '--a _',
    ' b',
    'Content-Type: text/plain',
    '',
    'The message was not delivered to:',
    '',
    '     anna@example.org',
    '',
    'Unknown user',
  );
  expect(found?.recipients[0]).toMatchObject({ address: 'anna@example.org', reason: 'userunknown' });
});

describe('what is no report', () => {
  test.each([
    [
      'a person who asks about a report',
      [
        'From: Anna <anna@example.org>',
        'Subject: Undeliverable mail?',
        '',
        'I get this:',
        '550 5.1.1 User unknown <olaf@example.com>',
      ],
    ],
    [
      'a person who forwards one',
      [
        'From: Anna <anna@example.org>',
        'Subject: Fwd: Delivery failed',
        '',
        'What is this?',
        '> could not be delivered to olaf@example.com',
        '> 550 no such user',
      ],
    ],
    [
      'an absence',
      [
        'Return-Path: <>',
        'From: Anna <anna@example.org>',
        'Auto-Submitted: auto-replied',
        'Subject: Out of office',
        '',
        'I am back on Monday. Write to olaf@example.com.',
      ],
    ],
    [
      'a receipt',
      [
        'From: Anna <anna@example.org>',
        'Subject: Read: Hum',
        'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'Your message was read.',
        '--b',
        'Content-Type: message/disposition-notification',
        '',
        'Final-Recipient: rfc822; anna@example.org',
        '--b--',
      ],
    ],
    ['an ordinary question', ['From: Anna <anna@example.org>', 'Subject: Hum', '', 'It hums.']],
    ['nothing', ['']],
  ])('%s', (_what, lines) => {
    expect(report(...lines)).toBeNull();
  });
});

describe('no report takes long', () => {
  const many = (piece: string) => piece.repeat(Math.ceil(1_000_000 / piece.length));
  const millisecondsOf = (work: () => void) => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const top = `${DAEMON.join('\n')}\nSubject: failure notice\n`;
  const html = `${top}Content-Type: text/html\n\n`;
  const multipart = `${top}Content-Type: multipart/report; boundary=x\n\n`;
  test.each([
    ['addresses', `${top}\n${many('a@b.example ')}`],
    [
      'addresses, a line each',
      `${top}\n${Array.from({ length: 50_000 }, (_, index) => `<a${index}@b.example>: no`).join('\n')}`,
    ],
    ['no break', `${top}\n${many('a')}`],
    ['at signs', `${top}\n${many('a@')}`],
    ['dots', `${top}\na@${many('a.')}`],
    ['headers in the text', `${top}\n${many('From: a\n')}`],
    ['parts', `${multipart}${many('--x\n\n')}`],
    ['boundaries of their own', `${top}Content-Type: multipart/report\n\n${many('--abcd\n')}`],
    [
      'recipients',
      `${multipart}--x\nContent-Type: message/delivery-status\n\n${many('Final-Recipient: rfc822; a@b.example\nStatus: 5.1.1\n\n')}`,
    ],
    ['unclosed tags', `${html}${many('<')}`],
    ['unclosed styles', `${html}${many('<style')}`],
    ['one word', `${top}\n${many('user ')}`],
    ['codes', `${top}\n${many('550 5.1.1 ')}`],
    ['folded headers', `${many('A: b\n c\n')}\n`],
    ['spaces', `${top}${many(' ')}\n\n`],
    ['base64', `${top}Content-Transfer-Encoding: base64\n\n${many('QUJD')}`],
    ['quoted-printable', `${top}Content-Transfer-Encoding: quoted-printable\n\n${many('= ')}`],
    ['encoded words', `${top.replace('failure notice', many('=?utf-8?Q?'))}\n\na`],
  ])('%s', (_what, text) => {
    const raw = Buffer.from(text);
    expect(millisecondsOf(() => reportOf(raw))).toBeLessThan(200);
  });
});

describe('a report that a person shows is their letter', () => {
  const FIELDS = ['Final-Recipient: rfc822; bob@example.org', 'Action: failed', 'Status: 5.1.1'];
  const ANNA = ['From: Anna <anna@example.com>', 'To: desk@example.com', 'Return-Path: <anna@example.com>'];
  const within = (type: string, ...lines: string[]) => [
    'Content-Type: multipart/mixed; boundary="o"',
    ...['', '--o', 'Content-Type: text/plain', '', 'My mail could not be delivered. Why?'],
    ...['--o', `Content-Type: ${type}`, '', ...lines, '--o--'],
  ];
  test.each([
    ['in its text', 'My mails to Bob bounce', ['', 'Please help:', '', ...FIELDS]],
    ['below its text, passed on', 'Fwd: Undelivered Mail Returned to Sender', ['', 'Why?', '', ...FIELDS]],
    ['as a mail in it', 'Question', within('message/rfc822', ...standard(FIELDS))],
    [
      'called as a report is',
      'Undelivered Mail Returned to Sender: my question',
      ['', 'Why?', '', ...FIELDS],
    ],
    [
      'called so, with the mail that came back',
      'Delivery Status Notification (Failure)',
      within('message/rfc822', ...RETURNED),
    ],
    [
      'called so, as a part of its own',
      'Mail delivery failed',
      within('message/delivery-status', 'Reporting-MTA: dns; x', '', ...FIELDS),
    ],
    [
      'with the mail that came back, passed on',
      'WG: Undeliverable: Hum',
      within('message/rfc822', ...RETURNED),
    ],
    [
      'as a part of its own',
      'FW: Hum',
      within('message/delivery-status', 'Reporting-MTA: dns; x', '', ...FIELDS),
    ],
  ])('%s', (_where, subject, lines) => {
    expect(report(...ANNA, `Subject: ${subject}`, ...lines)).toBeNull();
    expect(report(...DAEMON, 'Subject: Undeliverable', ...lines)).not.toBeNull();
  });

  test('of a company that is called like a machine, too', () => {
    const from = ['From: Anna <anna@maildelivery.example>', 'Subject: Undeliverable: Hum'];
    expect(report(...from, ...within('message/rfc822', ...RETURNED))).toBeNull();
  });

  test.each([
    [
      'Amazon’s words for programs',
      [
        'Subject: Why?',
        '',
        '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"bob@example.org"}]}}',
      ],
    ],
    [
      'a complaint of Hotmail',
      ['Subject: complaint about message from 192.0.2.1', ...within('message/rfc822', ...RETURNED)],
    ],
  ])('%s, shown by a person, are none', (_what, lines) => {
    expect(report(...ANNA, ...lines)).toBeNull();
  });
});
