import { expect, test } from 'vitest';
import { schedule } from '../../../src/jobs/schedule.ts';
import { createTranslator } from '../../../src/platform/translating.ts';
import { jobWord } from '../../../src/web/admin/jobs.ts';
import { outgoing } from '../../domain/mail/log-rows.ts';
import { testApp } from '../../support/app.ts';

const { db, makeUser, signIn } = await testApp();
const admin = await signIn(await makeUser({ role: 'admin' }));

test('every job of the schedule says what it does, in words', async () => {
  const t = (await createTranslator()).forLocale('en');
  expect(Object.keys(schedule).filter(name => jobWord(name, t) === name)).toEqual([]);
});

test('a failed mail is called what it tells and leads to its page in the mail log', async () => {
  const to = await makeUser();
  const name = await outgoing(db, { to, columns: { state: 'failed', last_error: '550 5.1.1 no such user' } });
  await admin.get('/admin/jobs');
  expect(admin.html.link('Account approved')).toBe(`/admin/mail-log/out/${name.replace('out', '')}`);
  expect(admin.html.text).not.toContain('account-approved');
});
