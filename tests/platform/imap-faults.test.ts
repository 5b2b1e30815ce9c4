import { createServer, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { probeImap } from '../../src/platform/imap.ts';
import { createGuard } from '../../src/platform/outbound.ts';

/** What the server says to SELECT, and to the sign-in. */
let said = { select: 'OK', login: 'OK' };
const sockets = new Set<Socket>();
const server = createServer(socket => {
  sockets.add(socket.on('error', () => {}));
  socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
  socket.on('data', data => {
    for (const line of data.toString().split('\r\n').filter(Boolean)) {
      const [tag, command = ''] = line.split(' ');
      const answer = { SELECT: said.select, LOGIN: said.login }[command] ?? 'OK done';
      if (command === 'LIST') socket.write('* LIST (\\HasNoChildren) "/" INBOX\r\n');
      socket.write(`${tag} ${answer}\r\n`);
    }
  });
});
await new Promise<void>(resolve => {
  server.listen(0, '127.0.0.1', resolve);
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});
const { port } = server.address() as { port: number };
const account = {
  ...{ host: '127.0.0.1', port, security: 'none' as const, username: 'support', auth: 'password' as const },
  ...{
    secret: 'orange-tram',
    clientId: '',
    clientSecret: '',
    tenant: '',
    folder: 'INBOX',
    takenFolder: null,
  },
};
const world = { guard: createGuard(['127.0.0.1']), tokens: { google: '', microsoft: '' } };

test.each([
  ['NO [INUSE] Mailbox is locked by another program', 'busy'],
  ['NO [SERVERBUG] Internal error occurred', 'unavailable'],
  ['BAD User is authenticated but not connected.', 'sign-in'],
  ['NO [NONEXISTENT] No such mailbox', 'folder'],
])('a folder that is answered with "%s" is %s', async (select, key) => {
  said = { select, login: 'OK' };
  await expect(probeImap(account, world)).rejects.toMatchObject({ key });
});

test.each([
  ['NO [ALERT] Too many simultaneous connections. (Failure)', 'busy'],
  ['NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded', 'busy'],
  ['NO [UNAVAILABLE] Temporary authentication failure.', 'unavailable'],
  ['NO [AUTHENTICATIONFAILED] Authentication failed.', 'sign-in'],
])('a sign-in that is answered with "%s" is %s', async (login, key) => {
  said = { select: 'OK', login };
  await expect(probeImap(account, world)).rejects.toMatchObject({ key });
});

test('a server that repeats a password does not bring it into the fault', async () => {
  said = { select: 'OK', login: 'NO orange-tram is wrong' };
  await expect(probeImap(account, world)).rejects.toMatchObject({ key: 'sign-in', detail: '… is wrong' });
});
