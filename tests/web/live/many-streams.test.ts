import { Agent, type ClientRequest, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { endStreams, streamsOf } from '../../../src/web/live/streams.ts';
import { testApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { usualPeople } from '../../support/factories.ts';

const MANY = 300;
const PEOPLE = 30;

const app = await testApp({ live: true });
const { services, comment, makeTicket, makeUser, signIn } = app;
const { it, employee } = await usualPeople(app);
const ticket = await makeTicket({ by: employee, team: it });
const server = createServer(app.app).listen(0, '127.0.0.1');
afterAll(async () => {
  endStreams(services);
  server.closeAllConnections();
  server.close();
  await services.close();
});

/** The clients live in this process too, so what is measured is more than what the server takes. */
test(`${MANY} pages hear of a reply within a second, take little memory, and leave nothing behind`, async () => {
  const { port } = server.address() as AddressInfo;
  const cookies = await Promise.all(
    Array.from({ length: PEOPLE }, async () => {
      const person = await signIn(await makeUser({ role: 'coordinator', teams: [it] }));
      return [...person.cookies].map(pair => pair.join('=')).join('; ');
    }),
  );
  const memory = () => {
    globalThis.gc?.();
    return process.memoryUsage().rss / 1e6;
  };
  const before = memory();
  const agent = new Agent({ keepAlive: false });
  const asked: ClientRequest[] = [];
  const heardAt: number[] = [];
  let opened = 0;
  const open = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const on = n % 2 ? 'queue' : `ticket:${ticket.number}`;
      const asking = get({ port, path: `/live?on=${on}`, agent, headers: { cookie: cookies[n % PEOPLE] } });
      asking.on('error', reject);
      asking.on('response', answer => {
        if (answer.statusCode === 200) opened += 1;
        answer.on('error', () => {});
        answer.on('data', (chunk: Buffer) => {
          if (/event: (ticket|tickets)\n/.test(chunk.toString())) heardAt[n] ??= performance.now();
        });
        resolve();
      });
      asked.push(asking);
    });
  for (let n = 0; n < MANY; n += 30)
    await Promise.all(Array.from({ length: 30 }, (_, more) => open(n + more)));
  expect(opened).toBe(MANY);
  expect(memory() - before).toBeLessThan(60);

  // Until the connection that listens is there, and what led here has been told.
  await eventually(
    async () => {
      if (heardAt.length === 0) await comment(employee, ticket);
      return heardAt.filter(Boolean).length === MANY;
    },
    { within: 15_000, every: 500 },
  );
  await new Promise(resolve => setTimeout(resolve, Math.max(1_000, MANY * 15)));
  heardAt.length = 0;
  const started = performance.now();
  await comment(employee, ticket);
  await eventually(() => heardAt.filter(Boolean).length === MANY);
  const slowest = Math.max(...heardAt) - started;
  expect(slowest).toBeLessThan(1_000);

  // Half of them die without a word.
  for (const [n, asking] of asked.entries()) if (n % 2) asking.socket?.resetAndDestroy();
  await eventually(() => streamsOf(services).size() === MANY / 2);
  for (const asking of asked) asking.destroy();
  await eventually(() => streamsOf(services).size() === 0);
  const connections = () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  await eventually(async () => (await connections()) === 0);
}, 90_000);
