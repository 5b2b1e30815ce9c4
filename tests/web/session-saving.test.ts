import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { createApp } from '../../src/web/app.ts';
import { accounts, PASSWORD } from '../domain/identity/accounts.ts';
import { visitor } from '../support/visitor.ts';

const { services, account } = await accounts();
const server = createServer(await createApp(services)).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Resolves with the headers, as a browser that follows a redirect does not wait for the body. */
const send = (path: string, headers: Record<string, string>, body?: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(`${origin}${path}`, { method: body ? 'POST' : 'GET', headers, agent: false })
      .on('response', answer => {
        answer.resume();
        resolve(answer);
      })
      .on('error', reject)
      .end(body);
  });

test('whoever follows a redirect by its headers alone is known on the next page', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { email } = await account();
    const who = await visitor({ url: origin });
    await who.get('/sign-in?next=/profile');
    const { values } = who.form('Sign in');
    const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const body = new URLSearchParams({ ...(values as Record<string, string>), email, password: PASSWORD });
    const signedIn = await send(
      '/sign-in',
      { Cookie: cookie, Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' },
      body.toString(),
    );
    expect(signedIn.statusCode).toBe(303);
    const fresh = signedIn.headers['set-cookie']?.map(each => each.split(';')[0]).join('; ') ?? '';
    const next = await send('/profile', { Cookie: fresh });
    expect(next.statusCode).toBe(200);
  }
});

test('a session is saved once: a second time would undo what the next page has written into it', async () => {
  const { email } = await account();
  const who = await visitor({ url: origin });
  await who.get('/sign-in?next=/profile');
  who.fill({ 'Work email': email, Password: PASSWORD });
  const saves: string[] = [];
  const listen = ({ sql }: { sql: string }) => {
    if (/insert into .*web_sessions/i.test(sql)) saves.push(sql);
  };
  services.db.on('query', listen);
  const form = who.form('Sign in');
  const headers = {
    Cookie: [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    Origin: origin,
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  const fields = { ...(form.values as Record<string, string>), email, password: PASSWORD };
  const answer = await send('/sign-in', headers, new URLSearchParams(fields).toString());
  if (!answer.complete) await once(answer, 'end');
  services.db.off('query', listen);
  expect(answer.statusCode).toBe(303);
  expect(saves).toHaveLength(1);
});
