import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, expect, test } from 'vitest';
import { archiveMailbox } from '../../src/domain/mail/mailboxes.ts';
import { startListening } from '../../src/mail/listening.ts';
import { testWorld } from '../support/factories.ts';
import { mailWith, makeMailbox } from './fetching/mailbox.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'smtp-'));
const file = (name: string) => path.join(folder, name);
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-keyout', file('key.pem'), '-out', file('cert.pem'), '-subj', '/CN=localhost'],
  ],
  { stdio: 'ignore' },
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const world = await testWorld({
  env: { SMTP_LISTEN: '127.0.0.1:0', SMTP_LISTEN_CERT: file('cert.pem'), SMTP_LISTEN_KEY: file('key.pem') },
});
const { db, services } = world;
const listening = (await startListening(services))!;
afterAll(() => listening.stop());
const system = await world.system();
const box = await makeMailbox(system, {
  kind: 'push',
  address: 'Desk@company.example',
  aliases: ['it@company.example'],
});

type Over = { raw?: string | Buffer; from?: string; port?: number; secure?: boolean };
async function send(
  to: string[],
  { raw = mailWith('By SMTP'), from = 'ana@company.example', ...over }: Over = {},
) {
  const transport = createTransport({
    host: '127.0.0.1',
    port: over.port ?? listening.port,
    ignoreTLS: !over.secure,
    requireTLS: over.secure ?? false,
    tls: { rejectUnauthorized: false },
  });
  try {
    const sent = await transport.sendMail({ envelope: { from, to }, raw });
    return { code: 250, said: sent.response, rejected: sent.rejected as string[] };
  } catch (error) {
    const { responseCode, response } = error as { responseCode?: number; response?: string };
    return { code: responseCode, said: response, rejected: [] };
  } finally {
    transport.close();
  }
}
const kept = (subject: string) => db('inbound_mails').where({ subject }).orderBy('id');

test('mail to one of our addresses is taken, with who sent it to whom', async () => {
  expect((await send(['desk@company.example'])).code).toBe(250);
  expect(await kept('By SMTP')).toMatchObject([
    {
      source: 'smtp',
      mailbox_id: box.id,
      envelope_from: 'ana@company.example',
      envelope_to: ['desk@company.example'],
    },
  ]);
});

test('other addresses of the mailbox, and keys behind a plus, are ours as well', async () => {
  const to = ['IT@company.example', 'desk+t1042.2s.0123456789abcdefghij@company.example'];
  expect((await send(to, { raw: mailWith('Aliases') })).rejected).toEqual([]);
  expect(await kept('Aliases')).toMatchObject([{ mailbox_id: box.id, envelope_to: to }]);
});

test('nothing is relayed: an address that is not ours is refused for good', async () => {
  expect(await send(['somebody@elsewhere.example'], { raw: mailWith('Relay') })).toMatchObject({ code: 550 });
  expect(await kept('Relay')).toEqual([]);
  const archived = await makeMailbox(system, { kind: 'push', address: 'old@company.example' });
  await archiveMailbox(system, archived.id, true);
  expect(await send(['old@company.example'])).toMatchObject({ code: 550 });
});

test('a mail without a sender, as machines write, is taken', async () => {
  expect((await send(['desk@company.example'], { raw: mailWith('Bounce'), from: '' })).code).toBe(250);
  expect(await kept('Bounce')).toMatchObject([{ envelope_from: '' }]);
});

test('STARTTLS is there where the operator has a certificate', async () => {
  expect((await send(['desk@company.example'], { raw: mailWith('Sealed'), secure: true })).code).toBe(250);
});

test('more than 25 MB is refused for good', async () => {
  const raw = Buffer.concat([
    Buffer.from(mailWith('Large')),
    Buffer.alloc(25_100_000, 'xxxxxxxxxxxxxxxxxxxx\r\n'),
  ]);
  expect((await send(['desk@company.example'], { raw })).code).toBe(552);
  expect(await kept('Large')).toEqual([]);
}, 30_000);

/** A server whose line breaks amid a mail. */
const breakOff = (bytes: number) =>
  new Promise<void>((resolve, reject) => {
    const lines = ['EHLO x', 'MAIL FROM:<ana@company.example>', 'RCPT TO:<desk@company.example>', 'DATA'];
    const text = `${'y'.repeat(98)}\r\n`;
    const socket = connect(listening.port, '127.0.0.1');
    let said = '';
    socket.on('error', reject).on('data', data => {
      said += data.toString();
      if (!/^\d{3} .*\r\n$/m.test(said)) return;
      const isBegun = said.startsWith('354');
      said = '';
      if (!isBegun) return socket.write(`${lines.shift()}\r\n`);
      socket.write(`Subject: Broken off\r\n\r\n${text.repeat(bytes / text.length)}`);
      return setTimeout(() => resolve(void socket.destroy()), 400);
    });
  });

test('mails that break off amid their text take no room from those after them', async () => {
  for (let count = 0; count < 10; count += 1) await breakOff(22_000_000);
  expect((await send(['desk@company.example'], { raw: mailWith('After broken ones') })).code).toBe(250);
  expect(await kept('Broken off')).toEqual([]);
}, 60_000);

test('while the database is away the other server is asked to keep the mail', async () => {
  const away = { ...services, db: services.db, contextFor: () => Promise.reject(new Error('away')) };
  const second = (await startListening(away))!;
  const answer = await send(['desk@company.example'], { raw: mailWith('Later'), port: second.port });
  await second.stop();
  expect(answer.code).toBe(451);
  expect(await kept('Later')).toEqual([]);
});
