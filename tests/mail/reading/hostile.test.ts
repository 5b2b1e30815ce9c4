import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSafely } from '../../../src/mail/reading/safely.ts';
import { HEAD, html, mail, multipart, text, withType } from './mails.ts';

const SECONDS = 5;
const MEGABYTES = 300;
const repeat = (what: string, times: number) => Buffer.from(what.repeat(times));

/** Reads it as the program does, and looks at what that took. Linux counts the most a process ever had. */
async function cost(raw: Buffer) {
  await readSafely(mail('Subject: a thread that runs already', '', ''));
  const before = restartPeak();
  const started = performance.now();
  const reading = await readSafely(raw);
  const seconds = (performance.now() - started) / 1_000;
  const megabytes = status('VmHWM') - before;
  expect({ seconds: seconds < SECONDS + 0.5, megabytes: megabytes < MEGABYTES }).toEqual({
    seconds: true,
    megabytes: true,
  });
  return { ...reading, seconds, megabytes };
}

const isLinux = process.platform === 'linux';
const status = (field: string) =>
  isLinux
    ? Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
    : process.memoryUsage.rss() / 1_048_576;

function restartPeak(): number {
  if (isLinux) writeFileSync('/proc/self/clear_refs', '5');
  return status('VmRSS');
}

/** Each with a bound of its own on what is kept of it. */
const hostile: Record<string, () => Buffer> = {
  '10,000 parts within parts': () =>
    Buffer.from(
      Array.from(
        { length: 10_000 },
        (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
      ).join(''),
    ),
  '100,000 parts beside one another': () =>
    multipart(
      'mixed',
      Array.from({ length: 100_000 }, () => text('x')),
    ),
  'parts of one boundary within themselves': () =>
    Buffer.concat([
      mail(...HEAD, ''),
      repeat('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n', 200_000),
    ]),
  'a header of 24 MB': () =>
    Buffer.concat([Buffer.from('Subject: '), repeat('a', 24_000_000), Buffer.from('\r\n\r\nHello')]),
  'a header of a million folded lines': () =>
    Buffer.concat([
      Buffer.from('Subject: a\r\n'),
      repeat(' more words\r\n', 1_000_000),
      Buffer.from('\r\nHello'),
    ]),
  'a million header lines': () =>
    Buffer.concat([repeat('X-Line: a value\r\n', 1_000_000), Buffer.from('\r\nHello')]),
  'a head without an end': () => repeat('no field at all\n', 1_500_000),
  'encoded words without an end': () =>
    Buffer.concat([Buffer.from('Subject: '), repeat('=?utf-8?q?', 6_000), Buffer.from('\r\n\r\n')]),
  'addresses of open brackets': () =>
    Buffer.concat([Buffer.from('From: '), repeat('<"(', 20_000), Buffer.from('\r\n\r\n')]),
  'parameters without an end': () =>
    Buffer.concat([
      Buffer.from('Content-Type: text/plain'),
      repeat('; a="', 12_000),
      Buffer.from('\r\n\r\n'),
    ]),
  'base64 within base64 within base64': () => {
    let inner = repeat('A', 9_000_000);
    for (let depth = 0; depth < 3; depth += 1) inner = Buffer.from(inner.toString('base64'));
    return withType(
      'application/octet-stream',
      inner.subarray(0, 20_000_000),
      'Content-Transfer-Encoding: base64',
    );
  },
  '24 MB of text': () => withType('text/plain', repeat('word and word\r\n', 1_600_000)),
  '24 MB of quoted text': () => withType('text/plain', repeat('> > > On Monday Anna wrote:\r\n', 850_000)),
  '24 MB of quoted-printable': () =>
    withType('text/plain', repeat('=C3=A4=\r\n', 2_600_000), 'Content-Transfer-Encoding: quoted-printable'),
  '24 MB of HTML': () => withType('text/html', repeat('<p>Hello <b>you</b></p>', 1_000_000)),
  'HTML of 200,000 tags within tags': () => withType('text/html', repeat('<div>', 200_000)),
  'HTML of quotes within quotes': () => withType('text/html', repeat('<blockquote type="cite">', 60_000)),
  'HTML of one tag without an end': () =>
    withType('text/html', Buffer.concat([Buffer.from('<a '), repeat('b="', 400_000)])),
  'HTML of 100,000 attributes': () =>
    withType('text/html', `<p ${Array.from({ length: 100_000 }, (_, n) => `a${n}=1`).join(' ')}>x`),
  'HTML of open comments': () => withType('text/html', repeat('<!--', 300_000)),
  'HTML of open signs': () => withType('text/html', repeat('<', 1_400_000)),
  'HTML of a million spaces': () => withType('text/html', repeat(' \n', 700_000)),
  'a calendar of one line': () =>
    withType(
      'text/calendar',
      Buffer.concat([Buffer.from('BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY'), repeat(';a="b', 1_000_000)]),
    ),
  'uuencoded files without an end': () => withType('text/plain', repeat('begin 644 a\n', 80_000)),
  'lines of dashes': () =>
    Buffer.concat([multipart('mixed', [text('x')]).subarray(0, -12), repeat('\n--', 8_000_000)]),
  'a thousand alternatives': () =>
    multipart(
      'alternative',
      Array.from({ length: 450 }, () => html('<p>x</p>'.repeat(2_000))),
    ),
  'spaces for 24 MB': () => withType('text/plain', repeat(' ', 24_000_000)),
  'one line of 24 MB': () => withType('text/plain; format=flowed', repeat('a ', 12_000_000)),
  'NUL for 24 MB': () => Buffer.alloc(24_000_000),
};

for (const [name, make] of Object.entries(hostile))
  test(`${name}: read, or refused, in ${SECONDS} s and ${MEGABYTES} MB`, { timeout: 60_000 }, async () => {
    const { mail, failure, seconds, megabytes } = await cost(make());
    if (process.env.SHOW_COSTS)
      console.log(
        `${name}: ${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB, ${failure?.kind ?? mail?.problems.join(' ')}`,
      );
    expect(failure).toBeNull();
  });

test.each<[string, Buffer]>([
  [
    'addresses of one line without a space',
    mail(...['To', 'Cc', 'Reply-To'].map(name => `${name}: ${'('.repeat(60_000)}`), '', 'x'),
  ],
  ['flowed lines without an end', withType('text/plain; format=flowed; delsp=yes', 'a \n'.repeat(300_000))],
])('%s are read', { timeout: 30_000 }, async (_name, raw) => {
  expect((await cost(raw)).failure).toBeNull();
});

test('100 MB are refused before they are read', async () => {
  const raw = Buffer.concat([Buffer.from('Subject: '), Buffer.alloc(100_000_000, 97)]);
  const { failure } = await readSafely(raw);
  expect(failure).toMatchObject({ kind: 'big' });
});

test('what takes too long is ended, and the next mail is read', async () => {
  const slow = await readSafely(withType('text/html', repeat('<p>Hello</p>', 100_000)), { milliseconds: 1 });
  expect(slow.failure).toMatchObject({ kind: 'slow' });
  const next = await readSafely(mail('Subject: Next', '', 'Hello'));
  expect(next.mail?.subject).toBe('Next');
});

test('what grows too big is ended, and the next mail is read', { timeout: 30_000 }, async () => {
  const big = await readSafely(withType('text/html', repeat('<p>Hello</p>', 100_000)), { megabytes: 12 });
  expect(big.failure).toMatchObject({ kind: 'big' });
  const next = await readSafely(mail('Subject: Next', '', 'Hello'));
  expect(next.mail?.subject).toBe('Next');
});
