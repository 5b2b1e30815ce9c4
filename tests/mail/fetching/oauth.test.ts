import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findMailbox } from '../../../src/domain/mail/mailboxes.ts';
import { type Fetching, startFetching } from '../../../src/mail/fetching/fetching.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createGuard } from '../../../src/platform/outbound.ts';
import { testApp } from '../../support/app.ts';
import { dovecotServer, MAIL_PASSWORD, noDovecot } from '../../support/dovecot.ts';
import { eventually } from '../../support/eventually.ts';
import { tokenServer } from '../../support/tokens.ts';
import { mailWith, makeMailbox } from './mailbox.ts';

const app = await testApp();
const { db, services } = app;
const kwame = await app.signIn(await app.makeUser({ role: 'admin' }));
const service = await tokenServer();
const { introspection, endpoint, settings } = service;
const servers = {
  // As Google and as Microsoft offer it.
  OAUTHBEARER: dovecotServer({ tokens: { mechanisms: 'xoauth2 oauthbearer', introspection } }),
  XOAUTH2: dovecotServer({ tokens: { mechanisms: 'xoauth2', introspection } }),
};
const crowded = dovecotServer({ connectionsPerUser: 1 });
const dovecot = servers.XOAUTH2;
Object.assign(services.imap, {
  guard: createGuard(['127.0.0.1']),
  tokens: { google: endpoint, microsoft: endpoint },
});

let lines: string[] = [];
const log = createLogger({ logLevel: 'trace' }, { write: line => lines.push(line) });
const contextFor: typeof services.contextFor = (actor, parts) =>
  services.contextFor(actor, { ...parts, log });
const HASTE = { roundMs: 50, pollMs: 200, firstGapMs: 20, longestGapMs: 100, leaseSeconds: 5 };
const SOON = { timeout: 5_000 };

const running: Fetching[] = [];
const fetching = (pace: object = {}) =>
  running.push(startFetching({ ...services, log, contextFor }, { ...HASTE, ...pace }));
const original = { ...settings };
beforeEach(() => {
  lines = [];
  Object.assign(settings, original);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(each => each.stop()));
  await db('mailboxes').update({ is_active: false });
});

let made = 0;
/** A mailbox whose user has signed in at the service once. */
async function make(over: object = {}) {
  made += 1;
  const username = `token-user${made}`;
  const secret = service.signIn(username);
  const account = { username, secret, auth: 'google' as const, clientId: 'app-1', clientSecret: 'app-hush' };
  return {
    ...(await makeMailbox(await app.system(), { ...account, port: dovecot.port, ...over })),
    username,
    secret,
  };
}
const box = async (id: number) => findMailbox(await app.system(), id);
const secretOf = async (id: number) =>
  services.world.decrypt((await db('mailboxes').where({ id }).first('secret')).secret);
const subjects = (mailboxId: number): Promise<string[]> =>
  db('inbound_mails').where({ mailbox_id: mailboxId }).orderBy('id').pluck('subject');
const looked = async (id: number) =>
  expect.poll(() => box(id), SOON).toMatchObject({ error: null, lastSeenAt: expect.any(Date) });
const faults = () => lines.filter(line => line.includes('has a fault'));
async function pageOf(id: number) {
  await kwame.get(`/admin/mailboxes/${id}`);
  return kwame.html.text;
}
async function tryOut(id: number, fields: Record<string, string> = {}) {
  await kwame.get(`/admin/mailboxes/${id}`);
  kwame.fill(fields);
  await kwame.click('Test connection');
  return kwame.html.find('#mailbox-test').text();
}

describe.skipIf(noDovecot)('a mailbox with a refresh token (needs Dovecot)', { timeout: 15_000 }, () => {
  test.each(['XOAUTH2', 'OAUTHBEARER'] as const)('is fetched by %s', async mechanism => {
    const server = servers[mechanism];
    const { id, username, secret } = await make({ port: server.port });
    await server.put(username, mailWith(`By ${mechanism}`));
    fetching({ pollMs: 60_000 });
    await expect.poll(() => subjects(id), SOON).toEqual([`By ${mechanism}`]);
    await server.put(username, mailWith(`By IDLE and ${mechanism}`));
    await expect.poll(() => subjects(id), SOON).toHaveLength(2);
    await looked(id);
    expect(server.log()).toContain(`Login: user=<${username}>, method=${mechanism}`);
    expect(service.uses(secret)).toHaveLength(1);
    expect(await tryOut(id)).toContain('It works: 2 mails in the folder');
  });

  test('has its access token renewed when that has run out, nothing is lost and nobody is told', async () => {
    settings.lifeSeconds = 1;
    const { id, username, secret } = await make();
    await dovecot.put(username, mailWith('Before the end'));
    fetching();
    await expect.poll(() => subjects(id), SOON).toHaveLength(1);
    await new Promise(resolve => setTimeout(resolve, 1_100));
    await dovecot.put(username, mailWith('At the end'));
    dovecot.kick(username);
    await dovecot.put(username, mailWith('After the end'));
    await expect.poll(() => service.uses(secret).length, SOON).toBeGreaterThan(1);
    await expect.poll(() => subjects(id), SOON).toHaveLength(3);
    await looked(id);
    expect(new Set(await subjects(id)).size).toBe(3);
    expect(faults()).toEqual([]);
  });

  test('has its access token renewed when the server stops taking it before its time', async () => {
    const { id, username, secret } = await make();
    fetching();
    await looked(id);
    settings.refusals = 1;
    service.expire(username);
    dovecot.kick(username);
    await dovecot.put(username, mailWith('With a third token'));
    await expect.poll(() => subjects(id), SOON).toEqual(['With a third token']);
    expect(settings.refusals).toBe(0);
    expect(service.uses(secret).length).toBeGreaterThanOrEqual(3);
    await looked(id);
    expect(faults()).toEqual([]);
  });

  test('says what to do when the refresh token was revoked, tries less and less often, and goes on with another', async () => {
    const { id, username, secret } = await make();
    fetching({ firstGapMs: 50, longestGapMs: 5_000 });
    await looked(id);
    const before = service.uses(secret).length;
    service.revoke(secret);
    dovecot.kick(username);
    await dovecot.put(username, mailWith('While nobody could look'));
    await expect.poll(async () => (await box(id)).error, SOON).toBe('token');
    const tries = () => service.uses(secret).slice(before);
    await expect.poll(() => tries().length, SOON).toBeGreaterThanOrEqual(4);
    const gaps = tries()
      .slice(1)
      .map((at, i) => at - tries()[i]!);
    // 100, 200, 400 ms, each a fifth more or less.
    expect(gaps[2]).toBeGreaterThan(gaps[0]! * 1.5);
    expect(faults()).toHaveLength(1);

    const words = 'The sign-in service no longer takes the refresh token: it has run out or was revoked.';
    const todo = 'Sign in there as the mailbox once more and enter the new refresh token here.';
    const shown = await pageOf(id);
    for (const part of ['Cannot fetch', words, todo, 'invalid_grant']) expect(shown).toContain(part);
    expect(await tryOut(id)).toContain(`${words} ${todo}`);

    await kwame.get(`/admin/mailboxes/${id}`);
    kwame.fill({ 'Password or refresh token': service.signIn(username, 'refresh-anew') });
    await kwame.click('Save changes');
    await expect.poll(() => subjects(id), SOON).toEqual(['While nobody could look']);
    await looked(id);
    expect(await pageOf(id)).not.toContain('Cannot fetch');
  });

  test('keeps the refresh token that takes the place of another, though the sign-in that follows fails', async () => {
    settings.rotates = true;
    const { id, username, secret } = await make();
    expect(await tryOut(id)).toContain('It works');
    expect(await secretOf(id)).toBe(`${secret}+`);
    settings.refusals = 1;
    expect(await tryOut(id)).toContain(`The mail server did not let ${username} in`);
    expect(await secretOf(id)).toBe(`${secret}++`);
    await db('mailboxes').where({ id }).increment('version');
    fetching();
    await looked(id);
    expect(await secretOf(id)).toBe(`${secret}+++`);
  });

  test('does not keep the successor of a token that was only typed to be tried', async () => {
    settings.rotates = true;
    const { id, username, secret } = await make();
    const typed = service.signIn(username, 'refresh-typed');
    expect(await tryOut(id, { 'Password or refresh token': typed })).toContain('It works');
    expect(await secretOf(id)).toBe(secret);
  });

  test('of another user, or at a server without such tokens: each is said', async () => {
    const other = await make({ username: 'somebody-else' });
    fetching();
    await expect.poll(async () => (await box(other.id)).error, SOON).toBe('sign-in');
    expect(await pageOf(other.id)).toContain('The mail server did not let somebody-else in with the token');
    const elsewhere = await make({ port: crowded.port });
    expect(await tryOut(elsewhere.id)).toContain('127.0.0.1 does not take tokens of Google or Microsoft');
  });

  test('whose app has lost its secret is not told to make another token', async () => {
    settings.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
    expect(await tryOut((await make()).id)).toContain('Check client ID and client secret there');
  });

  test('waits while the sign-in service is away, for us or for the mail server', async () => {
    const { id, username } = await make();
    settings.answer = () => ({ status: 503, body: {} });
    await dovecot.put(username, mailWith('Patience'));
    fetching();
    await expect.poll(async () => (await box(id)).error, SOON).toBe('token-away');
    settings.isAway = true;
    settings.answer = undefined;
    await expect.poll(async () => (await box(id)).error, SOON).toBe('unavailable');
    expect(await pageOf(id)).toContain('The mail server has a fault of its own at the moment. We try again');
    settings.isAway = false;
    await expect.poll(() => subjects(id), SOON).toEqual(['Patience']);
    await looked(id);
  });

  test('writes no secret to the log, and shows none that the service repeats', async () => {
    const { id, secret, username } = await make();
    settings.answer = token => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: `${token} of app-hush is gone` },
    });
    fetching();
    await expect
      .poll(() => box(id), SOON)
      .toMatchObject({
        error: 'token',
        errorDetail: 'invalid_grant: … of … is gone',
      });
    expect(await tryOut(id)).toContain('… of … is gone');
    settings.answer = undefined;
    settings.refusals = 2;
    await looked(id);
    expect(faults()).toHaveLength(1);
    for (const word of [secret, 'app-hush', `access-${username}`]) {
      expect(lines.join('')).not.toContain(word);
      expect(await pageOf(id)).not.toContain(word);
    }
  });
});

describe.skipIf(noDovecot)('a mailbox with too many connections (needs Dovecot)', { timeout: 15_000 }, () => {
  test('says so, and is fetched as soon as there is room', async () => {
    const password = { auth: 'password' as const, secret: MAIL_PASSWORD, clientId: null, clientSecret: '' };
    const { id, username } = await make({ ...password, port: crowded.port });
    await crowded.put(username, mailWith('Room at last'));
    const words = 'The mailbox is locked or has too many connections. We try again by ourselves.';
    await crowded.as(username, async () => {
      expect(await tryOut(id)).toContain(words);
      fetching();
      await expect.poll(async () => (await box(id)).error, SOON).toBe('busy');
      expect(await pageOf(id)).toContain(words);
      expect(await subjects(id)).toEqual([]);
    });
    await eventually(async () => (await subjects(id)).length === 1);
    await looked(id);
    expect(faults()).toHaveLength(1);
  });
});
