import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { goOffline } from '../../../scripts/corpus/offline.ts';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { readSafely } from '../../../src/mail/reading/safely.ts';
import { filesIn } from '../../architecture/files.ts';
import { attachment, html, mail, multipart } from './mails.ts';

test('a mail read in a thread is the same mail', async () => {
  const raw = multipart('mixed', [
    html('<p>Größe <img src="https://x.example/a.png"></p>'),
    attachment('a.bin', 'application/zip', 'abc'),
  ]);
  const { mail, failure } = await readSafely(raw);
  expect(failure).toBeNull();
  expect(mail).toEqual(await readMail(raw));
  expect(Buffer.isBuffer(mail!.files[0]!.content)).toBe(true);
});

test('many at once are all read, each its own', async () => {
  const subjects = Array.from({ length: 8 }, (_, index) => `Mail ${index}`);
  const readings = await Promise.all(
    subjects.map(subject => readSafely(mail(`Subject: ${subject}`, '', 'Hello'))),
  );
  expect(readings.map(({ mail }) => mail?.subject)).toEqual(subjects);
});

test('reading opens no connection', async () => {
  const connect = vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(() => {
    throw new Error('a connection');
  });
  const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('a connection'));
  const links =
    '<link rel=stylesheet href="https://x.example/a.css"><img src="https://x.example/a.png"><img src="cid:a"><iframe src="http://x.example">';
  const xml = '<!DOCTYPE a [<!ENTITY b SYSTEM "http://x.example/b">]><a>&b;</a>';
  const external = [
    'Content-Type: message/external-body; access-type=URL; URL="https://x.example/f"',
    '',
    'Content-Type: text/plain',
    '',
    '',
  ];
  const read = await readMail(multipart('mixed', [html(links + xml), external]));
  expect(read.hasRemoteImages).toBe(true);
  expect(connect).not.toHaveBeenCalled();
  expect(fetched).not.toHaveBeenCalled();
});

test('measuring leaves this machine by no way a socket can be opened', () => {
  vi.spyOn(net.Socket.prototype, 'connect');
  goOffline();
  for (const way of [
    { host: 'mx.example.com', port: 25 },
    { host: '192.0.2.1', port: 25 },
  ])
    expect(() => net.connect(way)).toThrow('No way out');
  expect(() => net.connect(25, 'mx.example.com')).toThrow('No way out');
  expect(() => new net.Socket().connect(25, 'mx.example.com')).toThrow('No way out');
  const beside = net.connect({ host: '127.0.0.1', port: 9 }).on('error', () => {});
  beside.destroy();
});

test('neither the reader nor the script that measures it can reach a network', () => {
  const files = [
    ...filesIn('src/mail/reading', '.ts'),
    ...filesIn('scripts/corpus', '.ts'),
    'scripts/corpus.ts',
  ];
  expect(files.length).toBeGreaterThan(20);
  const network =
    /^(node:)?(net|tls|https?|http2|dgram|dns(\/promises)?|child_process)$|nodemailer|imapflow|undici|mailer|mail-transport/;
  // It is what closes the way.
  const reaching = files
    .filter(file => file !== 'scripts/corpus/offline.ts')
    .filter(file => {
      const source = readFileSync(path.resolve(file), 'utf8');
      const imports = [...source.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)].map(([, from]) => from!);
      return imports.some(from => network.test(from)) || /\bfetch\(/.test(source);
    });
  expect(reaching).toEqual([]);
});
