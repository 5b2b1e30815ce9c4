import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { usualPeople } from '../support/factories.ts';
import { expectInvariants } from '../support/invariants.ts';
import { file, type Visitor } from '../support/visitor.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'smartsupport-full-'));
const filesDir = path.join(folder, 'files');
mkdirSync(filesDir);
const isRoot = process.getuid?.() === 0;
/** A file system of one megabyte. Root needs it, since no mode stops root; anybody else gets a closed folder. */
const mounted =
  isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', filesDir]).status === 0;

const app = await testApp({ env: { FILES_DIR: filesDir } });
const { db, signIn, makeCategory } = app;
const { it, employee } = await usualPeople(app);
await makeCategory({ team: it, name: 'Scanners' });
let anna: Visitor;
beforeAll(async () => {
  anna = await signIn(employee);
});
afterAll(() => {
  if (mounted) spawnSync('umount', [filesDir]);
  rmSync(folder, { recursive: true, force: true });
});

const everyFile = () =>
  readdirSync(filesDir, { recursive: true })
    .map(name => path.join(filesDir, String(name)))
    .filter(name => statSync(name).isFile());
const count = async (table: string) => (await db(table).count<{ n: number }[]>('* as n'))[0]?.n;
const words = (megabytes: number) => 'word '.repeat((megabytes * 1_000_000) / 5);

async function send(text: string) {
  await anna.get('/tickets/new');
  anna.fill({
    'What is it about?': 'Scanners',
    Subject: 'With a file',
    'What happened?': 'Words',
    'Photos or files (optional)': file('notes.txt', text),
  });
  await anna.click('Send ticket');
}

async function expectNoRoom(text: string) {
  const before = [await count('attachments'), await count('tickets'), everyFile().length];
  await send(text);
  expect(anna.status).toBe(507);
  expect(anna.html.heading).toBe('There is no room to store files right now');
  await eventually(
    async () =>
      expect([await count('attachments'), await count('tickets'), everyFile().length]).toEqual(before) ??
      true,
  );
}

test.skipIf(!mounted)(
  'a full disk: 507, no row without a file, nothing left over, and it works again (needs root and mount)',
  async () => {
    await expectNoRoom(words(2));
    // Room for the temporary file, but not for it and the one that stays.
    await expectNoRoom(words(0.7));
    await send(words(0.1));
    expect(anna.status).toBe(200);
    await expectInvariants(db, { filesDir });
  },
);

test.skipIf(isRoot)(
  'a folder that may not be written to: 507, and it works again (needs to be not root)',
  async () => {
    chmodSync(filesDir, 0o500);
    try {
      await expectNoRoom(words(0.1));
    } finally {
      chmodSync(filesDir, 0o700);
    }
    await send(words(0.1));
    expect(anna.status).toBe(200);
  },
);

test('20 senders who hang up leave no file and no row', async () => {
  const before = everyFile().length;
  const rows = await count('attachments');
  for (let n = 0; n < 20; n += 1) await hangUp(n * 10_000);
  await eventually(() => everyFile().length === before);
  expect(await count('attachments')).toBe(rows);
  await anna.get('/tickets');
  expect(anna.status).toBe(200);
});

/** Sends the head of a form with a file, so many bytes of it, and is gone. */
async function hangUp(bytes: number) {
  const { hostname, port } = new URL(anna.origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const cookie = [...anna.cookies].map(pair => pair.join('=')).join('; ');
  const head = [
    'POST /tickets HTTP/1.1',
    `Host: ${hostname}:${port}`,
    `Origin: ${anna.origin}`,
    `Cookie: ${cookie}`,
    'Content-Type: multipart/form-data; boundary=xx',
    'Content-Length: 900000',
    '',
    '--xx',
    'Content-Disposition: form-data; name="files"; filename="a.txt"',
    'Content-Type: text/plain',
    '',
    'x'.repeat(bytes),
  ].join('\r\n');
  await new Promise<void>(resolve => {
    socket.write(head, () => resolve());
  });
  await eventually(() => socket.bytesWritten >= head.length);
  socket.destroy();
}

describe('a fault in a route', () => {
  test('is a 500 with a number to quote, ten times, and the process goes on', async () => {
    const { limiter } = app.services;
    await anna.get('/tickets/new');
    for (let n = 0; n < 10; n += 1) {
      app.services.limiter = { ...limiter, take: () => Promise.reject(new TypeError('poison')) };
      anna.fill({ 'What is it about?': 'Scanners', Subject: 'Poison', 'What happened?': 'Words' });
      await anna.click('Send ticket');
      app.services.limiter = limiter;
      expect(anna.status).toBe(500);
      expect(anna.html.text).toContain(String(anna.headers['x-request-id']));
      expect(anna.html.text).not.toContain('poison');
      await anna.get('/tickets/new');
      expect(anna.status).toBe(200);
    }
  });
});
