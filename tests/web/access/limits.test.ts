import { expect, test } from 'vitest';
import { askForReset } from '../../../src/domain/identity/resetting.ts';
import { createServices } from '../../../src/services.ts';
import { createApp } from '../../../src/web/app.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { testConfig } from '../../support/config.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

const { db, services, stranger, account, mails } = await accounts();
const limits = {
  LIMIT_SIGN_IN_ACCOUNT: '3',
  LIMIT_SIGN_IN_ADDRESS: '12',
  LIMIT_SIGN_UP_ADDRESS: '2',
  LIMIT_RESET_ADDRESS: '2',
};
const config = testConfig({ ...limits, DATABASE_URL: services.config.database.url });
const app = await createApp(await createServices(config, { db }));

async function attempt(who: Visitor, email: string, password: string) {
  await who.get('/sign-in');
  who.fill({ 'Work email': email, Password: password });
  await who.click('Sign in');
}

test('after too many attempts an account waits, even for the right password; signing in forgets them', async () => {
  const ada = await account();
  const she = await visitor(app);
  await attempt(she, ada.email, 'wrong one');
  await attempt(she, ada.email, PASSWORD);
  expect(she.status).not.toBe(422);
  she.cookies.clear();
  for (let round = 0; round < 3; round += 1) await attempt(she, ada.email.toUpperCase(), 'wrong one');
  expect(she.status).toBe(422);
  await attempt(she, ada.email, PASSWORD);
  expect(she.status).toBe(429);
  expect(Number(she.headers['retry-after'])).toBeGreaterThan(0);
});

test('an account that a stranger’s guesses have shut opens to who sets a new password by mail', async () => {
  const ada = await account();
  const she = await visitor(app);
  for (let round = 0; round < 3; round += 1) await attempt(she, ada.email, 'wrong one');
  await askForReset(stranger, ada.email);
  const link = (await mails(ada.id)).at(-1)?.secret;
  await she.get(`/password-reset/${link}`);
  she.fill({ 'New password': 'another quite long one' });
  await she.click('Change the password');
  expect(she.path).toBe('/sign-in');
  await attempt(she, ada.email, 'another quite long one');
  expect(she.trail[0]).toBe('POST /sign-in 303');
});

test('an address that tries many accounts waits too, and the counters hold no names', async () => {
  const she = await visitor(app);
  let tries = 0;
  do {
    await attempt(she, `guess${tries}@company.example`, 'wrong one');
    tries += 1;
  } while (she.status !== 429 && tries < 20);
  expect(she.status).toBe(429);
  const keys = await db('rate_limits').pluck('key');
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.join()).not.toMatch(/company\.example|127\.0\.0\.1/);
});

test('asking for links has a limit', async () => {
  const she = await visitor(app);
  for (let round = 0; round < 3; round += 1) {
    await she.get('/password-reset');
    she.fill({ 'Work email': 'anybody@company.example' });
    await she.click('Send the link');
  }
  expect(she.status).toBe(429);
});
