import { expect, test } from 'vitest';
import { issueToken, type TokenPurpose } from '../../../src/domain/identity/tokens.ts';
import { unsubscribeToken } from '../../../src/domain/notifications/unsubscribing.ts';
import { paths } from '../../../src/paths.ts';
import { testApp } from '../../support/app.ts';

/** Scanners of mail open each link before its reader does, some of them several times, some with HEAD. */

const { db, system, visitor, makeUser } = await testApp();

const TABLES = ['users', 'user_tokens', 'notification_preferences', 'deliveries', 'events', 'digest_items'];
const everything = async () =>
  Object.fromEntries(await Promise.all(TABLES.map(async table => [table, await db(table).orderByRaw('1')])));

const link = async (userId: number, purpose: TokenPurpose) => {
  const ctx = await system();
  return ctx.transaction(tx => issueToken(tx, userId, purpose));
};
const unverified = async () => {
  const { id } = await makeUser({ status: 'pending' });
  await db('users')
    .where({ id })
    .update({ email_verified_at: null, password_hash: null, source: 'invitation' });
  return id;
};

test.each<[string, () => Promise<string>]>([
  ['to confirm an address', async () => paths.verifyEmail(await link(await unverified(), 'verify-email'))],
  ['of an invitation', async () => paths.invitation(await link(await unverified(), 'invitation'))],
  [
    'to a new password',
    async () => paths.passwordResetToken(await link((await makeUser()).id, 'reset-password')),
  ],
  ['out of the digest', async () => (await wayOut()).path],
])('a link %s changes nothing when it is only opened', async (_what, made) => {
  const path = await made();
  const before = await everything();
  for (const method of ['GET', 'HEAD', 'GET'])
    for (const purpose of ['prefetch', 'preview']) {
      const scanner = await visitor();
      expect((await scanner.request(path, { method, headers: { 'Sec-Purpose': purpose } })).status).toBe(200);
    }
  expect(await everything()).toEqual(before);
});

/** Somebody who is sent a digest, and the link in it that ends it. */
async function wayOut() {
  const { id } = await makeUser();
  const digest = { topic: 'reply', page: true, mail: 'digest', push: false };
  await db('notification_preferences').insert({ user_id: id, ...digest });
  return { id, path: paths.unsubscribe(unsubscribeToken(await system(), id)) };
}

test('the one-click way out is a POST without session; a GET with its words in the address does nothing', async () => {
  const { id, path } = await wayOut();
  const before = await everything();
  const anybody = await visitor();
  for (const query of ['?List-Unsubscribe=One-Click', '?_method=POST', '?_method=DELETE'])
    await anybody.request(`${path}${query}`);
  expect(await everything()).toEqual(before);
  const program = await visitor();
  const pressed = await program.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: Buffer.from('List-Unsubscribe=One-Click'),
  });
  expect(pressed.status).toBe(200);
  expect((await db('notification_preferences').where({ user_id: id, topic: 'reply' }).first()).mail).toBe(
    'now',
  );
});
