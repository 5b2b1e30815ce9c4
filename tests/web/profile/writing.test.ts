import { expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn } = app;
const { employee, coordinator } = await usualPeople(app);

test('a coordinator keeps a signature and how long a reply can be taken back', async () => {
  const marek = await signIn(coordinator);
  await marek.get('/profile');
  marek.fill({ 'Signature (optional)': 'Marek, IT', 'Undo a sent reply': 'Within 20 seconds' });
  await marek.click('Save how you write');
  expect(marek.html.notices.join()).toContain('saved');
  const row = await db('users').where({ id: coordinator.id }).first('signature', 'hold_seconds');
  expect(row).toEqual({ signature: 'Marek, IT', hold_seconds: 20 });
  marek.fill({ 'Signature (optional)': 'x'.repeat(1_001) });
  await marek.click('Save how you write');
  expect(marek.status).toBe(422);
});

test('it is not there for an employee', async () => {
  const anna = await signIn(employee);
  await anna.get('/profile');
  expect(anna.html.html).not.toContain('Undo a sent reply');
  const refused = await post(anna, '/profile/writing', { signature: 'x', holdSeconds: '0' });
  expect(refused.status).toBe(404);
});
