import { expect, test } from 'vitest';
import {
  endDevice,
  endSessions,
  listDevices,
  signOutEverywhere,
} from '../../../src/domain/identity/devices.ts';
import { loadSignedIn } from '../../../src/domain/identity/person.ts';
import {
  checkCredentials,
  confirmsPassword,
  renameSession,
  startSession,
} from '../../../src/domain/identity/signing-in.ts';
import { accounts, PASSWORD } from './accounts.ts';

const { db, stranger, account, as, events, user } = await accounts();

test('the right password signs in, whatever the case of the address', async () => {
  const ada = await account();
  const { user: found } = await checkCredentials(stranger, ada.email.toUpperCase(), PASSWORD);
  expect(found?.id).toBe(ada.id);
});

test.each([
  ['an unknown address', {}, 'nobody@company.example', PASSWORD, 'wrong'],
  ['a wrong password', {}, undefined, 'wrong password here', 'wrong'],
  ['a suspended account', { status: 'suspended' }, undefined, PASSWORD, 'wrong'],
  ['a rejected account', { status: 'rejected' }, undefined, PASSWORD, 'wrong'],
  ['an account without password', { password_hash: null }, undefined, PASSWORD, 'wrong'],
  ['a waiting account', { status: 'pending' }, undefined, PASSWORD, 'waiting'],
  ['a waiting account and a wrong password', { status: 'pending' }, undefined, 'wrong password', 'wrong'],
  [
    'an unconfirmed account',
    { status: 'pending', email_verified_at: null },
    undefined,
    PASSWORD,
    'unverified',
  ],
])('%s is refused', async (_name, values, email, password, refusal) => {
  const made = await account(values);
  expect(await checkCredentials(stranger, email ?? made.email, password)).toEqual({ refusal });
});

test('a refused attempt is recorded, without what was typed', async () => {
  await checkCredentials(stranger, 'my secret password', 'x');
  const event = await db('events').where({ type: 'session.refused' }).orderBy('id', 'desc').first();
  expect(event).toMatchObject({ object_id: null, object_label: '', data: { reason: 'unknown' } });
  expect(await db('event_origins').where({ event_id: event.id }).first()).toMatchObject({
    address: '203.0.113.7',
  });
  expect(await db('event_queue').where({ event_id: event.id }).first()).toBeUndefined();
});

test('an unknown address takes as long as a wrong password', async () => {
  const ada = await account();
  const time = async (email: string) => {
    const start = performance.now();
    for (let round = 0; round < 8; round += 1) await checkCredentials(stranger, email, 'wrong password');
    return performance.now() - start;
  };
  await time(ada.email);
  const [known, unknown] = [await time(ada.email), await time('nobody@company.example')];
  expect(unknown / known).toBeGreaterThan(0.3);
  expect(unknown / known).toBeLessThan(3);
});

test('a session is listed as a device, with its id only as a hash', async () => {
  const ada = await account();
  const { deviceId } = await startSession(stranger, ada.id, 'session-id-1');
  const [device] = await listDevices(db, ada.id);
  expect(device).toMatchObject({ id: deviceId, address: '203.0.113.7', userAgent: 'Test' });
  const row = await db('user_sessions').where({ id: deviceId }).first();
  expect(row.sid_hash).not.toContain('session-id-1');
  expect((await user(ada.id)).last_seen_at).not.toBeNull();
  expect(await events(ada.id)).toEqual(['session.started']);
});

test('nobody starts a session for an account that is not active', async () => {
  const out = await account({ status: 'suspended' });
  await expect(startSession(stranger, out.id, 'x')).rejects.toThrow();
});

test('a device that was signed out is not signed in any more, the others are', async () => {
  const ada = await account();
  const phone = await startSession(stranger, ada.id, 'phone');
  const desk = await startSession(stranger, ada.id, 'desk');
  await endDevice(await as(ada.id), phone.deviceId);
  expect(await loadSignedIn(db, ada.id, { id: 'phone', deviceId: phone.deviceId })).toBeUndefined();
  expect((await loadSignedIn(db, ada.id, { id: 'desk', deviceId: desk.deviceId }))?.person.id).toBe(ada.id);
  expect((await listDevices(db, ada.id)).map(device => device.id)).toEqual([desk.deviceId]);
});

test('a device goes on under one id alone, and only its owner’s', async () => {
  const [ada, bob] = [await account(), await account()];
  const { deviceId } = await startSession(stranger, ada.id, 'first');
  const known = async (userId: number, id: string, device: number | undefined = deviceId) =>
    Boolean(await loadSignedIn(db, userId, { id, deviceId: device }));
  await renameSession(await as(bob.id), deviceId, 'bob’s');
  expect(await known(ada.id, 'first')).toBe(true);
  await renameSession(await as(ada.id), deviceId, 'second');
  expect([await known(ada.id, 'first'), await known(ada.id, 'second')]).toEqual([false, true]);
  expect(await known(bob.id, 'second')).toBe(false);
  expect(await loadSignedIn(db, ada.id, { id: 'second', deviceId: undefined })).toBeUndefined();
  await endDevice(await as(ada.id), deviceId);
  await renameSession(await as(ada.id), deviceId, 'third');
  expect(await known(ada.id, 'third')).toBe(false);
});

test('a device of somebody else does not exist', async () => {
  const [ada, bob] = [await account(), await account()];
  const { deviceId } = await startSession(stranger, bob.id, 'of bob');
  await expect(endDevice(await as(ada.id), deviceId)).rejects.toThrow('No such device');
  expect(await listDevices(db, bob.id)).toHaveLength(1);
});

test('signing out everywhere raises the epoch and empties the list', async () => {
  const ada = await account();
  const { sessionEpoch } = await startSession(stranger, ada.id, 'everywhere');
  await signOutEverywhere(await as(ada.id));
  expect((await loadSignedIn(db, ada.id))?.sessionEpoch).toBe(sessionEpoch + 1);
  expect(await listDevices(db, ada.id)).toEqual([]);
});

test('all but one session can be ended', async () => {
  const ada = await account();
  const kept = await startSession(stranger, ada.id, 'kept');
  await startSession(stranger, ada.id, 'ended');
  await stranger.transaction(tx => endSessions(tx, ada.id, { except: kept.deviceId }));
  expect((await listDevices(db, ada.id)).map(device => device.id)).toEqual([kept.deviceId]);
});

test('the password is confirmed for who is signed in, and nobody else', async () => {
  const ada = await account();
  expect(await confirmsPassword(await as(ada.id), PASSWORD)).toBe(true);
  expect(await confirmsPassword(await as(ada.id), 'something else')).toBe(false);
  expect(await confirmsPassword(stranger, PASSWORD)).toBe(false);
});
