import { expect, test } from 'vitest';
import { prepareSetup } from '../../../src/web/access/setup.ts';
import { createApp } from '../../../src/web/app.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { visitor } from '../../support/visitor.ts';

const { db, services } = await accounts();
const app = await createApp(services);

test('an empty service is set up once, by whoever reads its log', async () => {
  const address = (await prepareSetup(services)) ?? '';
  expect(address).toMatch(/^http:\/\/localhost:3000\/setup\?token=[\w-]{43}$/);
  const she = await visitor(app);
  await she.get('/sign-in');
  expect(she.path).toBe('/setup');
  const answers = {
    'Company name': 'Halden Freight',
    'First name': 'Kwame',
    'Last name': 'Mensah',
    'Work email': 'kwame@halden.example',
    Password: PASSWORD,
  };
  she.fill({ 'Set-up token': 'a guess', ...answers });
  await she.click('Create the first account');
  expect(she.status).toBe(422);
  expect(await db('users').first()).toBeUndefined();

  await she.get(new URL(address).pathname + new URL(address).search);
  she.fill(answers);
  await she.click('Create the first account');
  expect(she.trail[0]).toBe('POST /setup 303');
  expect(await db('users').first()).toMatchObject({ role: 'admin', status: 'active' });
  await she.get('/profile');
  expect(she.html.title).toContain('Halden Freight');

  expect(await prepareSetup(services)).toBeUndefined();
  expect((await she.request(new URL(address).pathname + new URL(address).search)).status).toBe(404);
  await (await visitor(app)).get('/sign-in').then(html => expect(html.heading).toBe('Sign in to support'));
});
