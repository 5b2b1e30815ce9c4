import { expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { signIn, makeTicket, reload, db } = app;
const { it, hr, employee, coordinator, stranger } = await usualPeople(app);
const marek = await signIn(coordinator);
const jonas = await signIn(employee);
const foreign = await makeTicket({ by: employee, team: hr, impact: 'stopped' });

test('the button of the queue opens the next ticket and says why it is this one', async () => {
  const pressing = await makeTicket({ by: employee, team: it, subject: 'All scanners', impact: 'stopped' });
  await makeTicket({ by: employee, team: it, subject: 'A calm one' });
  await marek.get('/queue');
  await marek.click('Take next ticket');
  expect(marek.trail[0]).toBe('POST /queue/next 303');
  expect(marek.path).toBe(`/tickets/${pressing.number}?from=mine`);
  expect(marek.html.notices.join()).toContain('Next because its reply is due in 30 minutes.');
  expect(marek.html.notices.join()).toContain('This is your only open ticket.');
  expect(marek.html.text).toContain('You took this as the next ticket');
});

test('a solved ticket offers the next one; with none left that is said, and nothing of another team is taken', async () => {
  await marek.click('Mark as solved');
  await marek.click('Take next ticket');
  expect(marek.html.heading).toBe('A calm one');
  await marek.get('/queue');
  await marek.click('Take next ticket');
  expect(marek.path).toBe('/queue/mine');
  expect(marek.html.notices.join()).toContain('Every ticket has an owner');
  expect((await reload(foreign)).assigneeId).toBeNull();
});

test('the same form sent twice takes one ticket', async () => {
  for (let n = 0; n < 2; n += 1) await makeTicket({ by: employee, team: it });
  const before = await db('tickets').where({ assignee_id: coordinator.id }).count('* as n').first();
  await marek.get('/queue');
  const key = { _key: 'next-key-12345' };
  const [first, second] = [await post(marek, '/queue/next', key), await post(marek, '/queue/next', key)];
  expect(second.headers.location).toBe(first.headers.location);
  const after = await db('tickets').where({ assignee_id: coordinator.id }).count('* as n').first();
  expect(Number(after?.n) - Number(before?.n)).toBe(1);
});

test('an employee may not, and an unknown field is refused without taking one', async () => {
  expect((await post(jonas, '/queue/next')).status).toBe(404);
  const aisha = await signIn(stranger);
  await aisha.get('/queue');
  await post(aisha, '/queue/next', { assignee: '1' });
  expect((await reload(foreign)).assigneeId).toBeNull();
});
