import { createServer } from 'node:http';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { fetchToken, TokenFault } from '../../src/platform/oauth-token.ts';

let answer: { status: number; body: string; headers?: Record<string, string> };
let endless = false;
let asked: { path: string; form: Record<string, string> };
const server = createServer((req, res) => {
  if (endless) return;
  let body = '';
  req.on('data', data => {
    body += data;
  });
  req.on('end', () => {
    asked = { path: req.url ?? '', form: Object.fromEntries(new URLSearchParams(body)) };
    res.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers }).end(answer.body);
  });
});
await new Promise<void>(resolve => {
  server.listen(0, '127.0.0.1', resolve);
});
afterAll(() => server.close());
const { port } = server.address() as { port: number };
const endpoints = {
  google: `http://127.0.0.1:${port}/google`,
  microsoft: `http://127.0.0.1:${port}/{tenant}/token`,
};
const request = {
  auth: 'microsoft' as const,
  clientId: 'client',
  clientSecret: 'hush',
  refreshToken: 'refresh',
  tenant: 'company.example',
};
beforeEach(() => {
  endless = false;
  answer = { status: 200, body: JSON.stringify({ access_token: 'access', expires_in: 3600 }) };
});

test('a refresh token is turned into an access token at the tenant', async () => {
  expect(await fetchToken(endpoints, request)).toMatchObject({ token: 'access' });
  expect(asked).toEqual({
    path: '/company.example/token',
    form: {
      grant_type: 'refresh_token',
      client_id: 'client',
      client_secret: 'hush',
      refresh_token: 'refresh',
      scope: 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access',
    },
  });
});

test('a refresh token that the service replaces is handed on', async () => {
  answer.body = JSON.stringify({ access_token: 'access', refresh_token: 'next' });
  expect((await fetchToken(endpoints, request)).refreshToken).toBe('next');
  answer.body = JSON.stringify({ access_token: 'access', refresh_token: 'refresh' });
  expect((await fetchToken(endpoints, request)).refreshToken).toBeUndefined();
});

test.each([
  [400, { error: 'invalid_grant', error_description: 'revoked' }, { refused: true, isApp: false }],
  [401, { error: 'invalid_client' }, { refused: true, isApp: true }],
  [400, { error: 'temporarily_unavailable' }, { refused: false, isApp: false }],
  [429, { error: 'slow_down' }, { refused: false, isApp: false }],
  [503, {}, { refused: false, isApp: false }],
])('an answer of %i %o is a fault that says whose it is', async (status, body, whose) => {
  answer = { status, body: JSON.stringify(body) };
  const fault = (await fetchToken(endpoints, request).catch(error => error)) as TokenFault;
  expect(fault).toBeInstanceOf(TokenFault);
  expect(fault).toMatchObject(whose);
});

test('a redirect is not followed, and no secret goes where it leads', async () => {
  answer = { status: 302, body: '', headers: { Location: `http://127.0.0.1:${port}/elsewhere` } };
  await expect(fetchToken(endpoints, request)).rejects.toThrow(TokenFault);
  expect(asked.path).toBe('/company.example/token');
});

test('an answer without end is left, and nobody is said to have refused', async () => {
  const gone = new Promise<void>(resolve => {
    server.once('request', (_req, res) => {
      const more = () => {
        while (res.write('x'.repeat(16_000)));
      };
      res.on('drain', more).on('error', () => {});
      res.on('close', resolve);
      more();
    });
  });
  endless = true;
  const fault = (await fetchToken(endpoints, request).catch(error => error)) as TokenFault;
  expect(fault).toMatchObject({ name: 'TokenFault', message: 'The answer is too long', refused: false });
  await gone;
});

test('nonsense is no token', async () => {
  answer.body = '<html>';
  await expect(fetchToken(endpoints, request)).rejects.toThrow('no access token');
});
