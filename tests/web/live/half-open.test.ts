import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { afterAll, expect, test } from 'vitest';
import { openStream, type Stream } from '../../../src/web/live/stream.ts';
import { eventually } from '../../support/eventually.ts';

const open = new Set<Stream>();
let waiting = () => 0;
const app = express();
app.get('/live', (_req, res) => {
  const who = { userId: 1, epoch: 0, deviceId: null };
  const stream: Stream = openStream(res, who, 'queue', () => open.delete(stream));
  open.add(stream);
  waiting = () => res.writableLength;
});
const server = createServer(app).listen(0, '127.0.0.1');
const clients: Socket[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
  server.closeAllConnections();
  server.close();
});

/** Asks, and then never reads a byte nor says that it is gone. */
async function mute(): Promise<Stream> {
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.pause();
  client.write('GET /live HTTP/1.1\r\nHost: here\r\n\r\n');
  clients.push(client);
  return eventually(() => [...open].at(-1));
}
const much = { words: 'x'.repeat(16_000) };

test('a client that never reads is dropped once 64 kB wait for it', async () => {
  const stream = await mute();
  // The kernel takes a few megabytes before anything waits.
  for (let n = 0; n < 2_000 && open.has(stream); n += 1) {
    stream.tell('tickets', much);
    if (n % 20 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  await eventually(() => !open.has(stream));
});

test('one whose stream has had its time is let go, though it takes nothing of the end', async () => {
  const stream = await mute();
  for (let n = 0; n < 2_000 && waiting() === 0; n += 1) {
    stream.tell('tickets', much);
    await new Promise(resolve => setImmediate(resolve));
  }
  expect(open.has(stream)).toBe(true);
  stream.end();
  await eventually(() => !open.has(stream), { within: 9_000 });
  expect(open.size).toBe(0);
}, 15_000);
