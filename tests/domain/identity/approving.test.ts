import { expect, test } from 'vitest';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import {
  approveUser,
  countWaiting,
  rejectUser,
  waitingUsers,
} from '../../../src/domain/identity/approving.ts';
import { accounts } from './accounts.ts';

const { account, as, mails, events, user, db } = await accounts();
const admin = await as((await account({ role: 'admin' })).id);

test('an approved person may sign in and is told once, however often the button is pressed', async () => {
  const { id } = await account({ status: 'pending' });
  await approveUser(admin, { userId: id });
  await approveUser(admin, { userId: id });
  expect((await user(id)).status).toBe('active');
  expect((await mails(id)).map(mail => mail.template)).toEqual(['account-approved']);
  expect(await events(id)).toEqual(['user.approved']);
});

test('a declined person is told, and may be let in after all', async () => {
  const { id } = await account({ status: 'pending' });
  await rejectUser(admin, { userId: id });
  expect((await user(id)).status).toBe('rejected');
  await approveUser(admin, { userId: id });
  expect((await mails(id)).map(mail => mail.template)).toEqual(['account-rejected', 'account-approved']);
});

test('who has not shown that the address is theirs cannot be approved', async () => {
  const { id } = await account({ status: 'pending', email_verified_at: null });
  await expect(approveUser(admin, { userId: id })).rejects.toBeInstanceOf(Invalid);
  expect((await user(id)).status).toBe('pending');
});

test('nobody but an admin decides, and an unknown person is not there', async () => {
  const { id } = await account({ status: 'pending' });
  const coordinator = await as((await account({ role: 'coordinator' })).id);
  await expect(approveUser(coordinator, { userId: id })).rejects.toBeInstanceOf(Forbidden);
  await expect(approveUser(admin, { userId: 999_999 })).rejects.toBeInstanceOf(NotFound);
});

test('those who wait are listed with the company ID they asked for in vain, the longest first', async () => {
  await db('users').where({ status: 'pending' }).update({ status: 'rejected' });
  const first = await account({ status: 'pending', created_at: '2026-01-01T00:00:00Z' });
  const second = await account({ status: 'pending', created_at: '2026-01-02T00:00:00Z' });
  await db('events').insert({
    type: 'user.signed-up',
    object_type: 'user',
    object_id: second.id,
    data: JSON.stringify({ wantedCompanyId: 'E-7' }),
  });
  const { users } = await waitingUsers(admin);
  expect(users.map(each => [each.id, each.wantedCompanyId])).toEqual([
    [first.id, null],
    [second.id, 'E-7'],
  ]);
  expect(await countWaiting(admin)).toBe(2);
});
