import { expect, test } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { signIn, makeTicket, comment } = app;
const { it, employee, coordinator, stranger } = await usualPeople(app);

test('a message is split by a plain form; others have no such page', async () => {
  const marek = await signIn(coordinator);
  const ticket = await makeTicket({ by: employee, team: it });
  const { commentId } = await comment(employee, ticket, { body: 'And the monitor flickers.' });
  const at = paths.split(ticket, commentId);
  await marek.get(paths.ticket(ticket));
  expect(marek.html.find(`a[href="${at}"]`).length).toBe(1);
  await marek.get(at);
  marek.fill({ Subject: '' });
  await marek.click('Make a ticket');
  expect(marek.status).toBe(422);
  marek.fill({ Subject: 'Monitor flickers' });
  await marek.click('Make a ticket');
  expect(marek.html.heading).toBe('Monitor flickers');
  expect(marek.path).not.toBe(paths.ticket(ticket));
  const anna = await signIn(employee);
  expect((await anna.request(at)).status).toBe(403);
  expect((await post(anna, at, { subject: 'x' })).status).toBe(403);
  const aisha = await signIn(stranger);
  expect((await post(aisha, at, { subject: 'x' })).status).toBe(404);
});
