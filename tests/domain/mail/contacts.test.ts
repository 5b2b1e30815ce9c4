import { expect, test } from 'vitest';
import { askForReset } from '../../../src/domain/identity/resetting.ts';
import { signUp } from '../../../src/domain/identity/signing-up.ts';
import { namesOf } from '../../../src/domain/mail/contacts.ts';
import { testWorld } from '../../support/factories.ts';
import { postOffice } from './post-office.ts';

const world = await testWorld();
const { db, stranger, set } = world;
const office = await postOffice(world);

const accountMails = (email: string) =>
  db('deliveries as d')
    .join('users as u', 'u.id', 'd.recipient_id')
    .where('u.email', email)
    .whereNot('d.template', 'like', 'ticket-%')
    .pluck('d.template');

test('whoever wrote a mail has no account by that: no password can be set, however they ask', async () => {
  const email = 'walks.in@elsewhere.example';
  await office.send({ from: email });
  await askForReset(await stranger(), email);
  const form = { firstName: 'W', lastName: 'I', email, companyId: '', departmentId: null };
  await signUp(await stranger(), { ...form, password: 'orange tram crosses bridge' });
  expect(await accountMails(email)).toEqual([]);
  expect(await db('users').where({ email }).first()).toMatchObject({ password_hash: null });
});

test('where their domain is let in, the mail with the link proves enough', async () => {
  const email = 'friend@let-in.example';
  await office.send({ from: email });
  await set({ trustedDomains: ['let-in.example'] });
  await askForReset(await stranger(), email);
  expect(await accountMails(email)).toEqual(['password-reset']);
});

test.each([
  ['Ann Lee', 'Ann', 'Lee'],
  ['Lee, Ann', 'Ann', 'Lee'],
  ['"Ann van der Lee"', 'Ann', 'van der Lee'],
  ['Ann', 'Ann', ''],
  ['', '', ''],
  ['A\nB\u202e\tC', 'A', 'B C'],
  ['x'.repeat(300), 'x'.repeat(80), ''],
])('%j is a name', (name, first_name, last_name) => {
  expect(namesOf(name)).toEqual({ first_name, last_name });
});

test('two first mails of one person at once make one contact', async () => {
  const from = 'twice@elsewhere.example';
  await office.post({ from, body: 'one' });
  await office.post({ from, body: 'two' });
  await Promise.all([office.handle(), office.handle()]);
  expect(await db('users').where({ email: from })).toHaveLength(1);
  expect(await db('inbound_mails').where({ from_address: from, fate: 'ticket' })).toHaveLength(2);
});
