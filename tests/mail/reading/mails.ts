/** Mails for tests, written by hand: bytes where it matters, lines with CRLF everywhere else. */

export const HEAD = [
  'From: Anna <anna@example.com>',
  'To: support@example.com',
  'Subject: Printer',
  'MIME-Version: 1.0',
];

export const mail = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'utf8');

/** Each sign of `text` is one byte. */
export const bytes = (text: string) => Buffer.from(text, 'latin1');

export const withType = (type: string, body: string | Buffer, ...more: string[]) =>
  Buffer.concat([mail(...HEAD, `Content-Type: ${type}`, ...more, '', ''), Buffer.from(body)]);

type PartLines = string[];

/** `multipart('mixed', [['Content-Type: text/plain', '', 'Hello'], …])` */
export function multipart(kind: string, parts: PartLines[], parameters = ''): Buffer {
  const head = [...HEAD, `Content-Type: multipart/${kind}; boundary="edge"${parameters}`, ''];
  return mail(
    [head, ...parts.map(part => ['--edge', ...part]), ['--edge--', '']]
      .map(lines => lines.join('\r\n'))
      .join('\r\n'),
  );
}

export const text = (words: string): PartLines => ['Content-Type: text/plain; charset=utf-8', '', words];
export const html = (words: string): PartLines => ['Content-Type: text/html; charset=utf-8', '', words];
export const attachment = (
  name: string,
  type: string,
  content: string | Buffer,
  ...more: string[]
): PartLines => [
  `Content-Type: ${type}`,
  `Content-Disposition: attachment; filename="${name}"`,
  'Content-Transfer-Encoding: base64',
  ...more,
  '',
  Buffer.from(content).toString('base64'),
];
