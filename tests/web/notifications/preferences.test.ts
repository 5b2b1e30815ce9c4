import { expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn } = app;
const { employee, coordinator } = await usualPeople(app);

const choice = (userId: number, topic: string) =>
  db('notification_preferences').where({ user_id: userId, topic }).first('page', 'mail', 'push');

test('a coordinator chooses by topic and channel, mentions and own tickets first', async () => {
  const marek = await signIn(coordinator);
  await marek.get('/profile');
  await marek.click('Choose what you are told');
  expect(marek.path).toBe('/notifications/preferences');
  const named = marek.html
    .find('tbody th')
    .map((_i, th) => th.attribs.id)
    .get();
  expect(named.map(id => id.slice(2))).toEqual([
    'mention',
    'assigned',
    'reply',
    'note',
    'status',
    'team',
    'following',
    'received',
    ...['approval-asked', 'approval-decided', 'sla-warning', 'sla-breach'],
    ...['satisfaction', 'incident', 'report'],
  ]);
  expect(marek.html.text).toContain('By push, where you turned it on: “Somebody mentions you”');
  marek.fill({
    'Mail: News for your team': 'In the daily digest',
    'Mail: Tickets you follow': 'Never',
    'Send it at': '17:00',
  });
  await marek.click('Save choices');
  expect(marek.trail[0]).toBe('POST /notifications/preferences 303');
  expect(marek.html.notices.join()).toContain('saved');
  expect(await choice(coordinator.id, 'team')).toEqual({ page: true, mail: 'digest', push: false });
  expect(await choice(coordinator.id, 'following')).toMatchObject({ mail: 'off' });
  expect(await choice(coordinator.id, 'mention')).toEqual({ page: true, mail: 'now', push: true });
  expect(await db('notification_times').where({ user_id: coordinator.id }).first()).toMatchObject({
    digest_hour: 17,
    quiet_from: null,
  });
  expect(marek.form('Save choices').values.digestHour).toBe('17');
});

test('quiet hours are kept with their days, and what is urgent may be held back too', async () => {
  const marek = await signIn(coordinator);
  await marek.get('/notifications/preferences');
  marek.fill({
    'Keep mail and push back during quiet hours': true,
    'Let mentions and tickets given to you through': false,
    From: '19:30',
    To: '06:45',
    Sunday: false,
  });
  await marek.click('Save choices');
  expect(await db('notification_times').where({ user_id: coordinator.id }).first()).toMatchObject({
    quiet_from: '19:30',
    quiet_to: '06:45',
    quiet_days: [1, 2, 3, 4, 5, 6],
    urgent_through: false,
  });
});

test('what cannot be is refused, and what was chosen stays', async () => {
  const marek = await signIn(coordinator);
  await marek.get('/notifications/preferences');
  marek.fill({
    'Keep mail and push back during quiet hours': true,
    From: '08:00',
    To: '08:00',
    'Mail: Tickets you follow': 'At once',
  });
  await marek.click('Save choices');
  expect(marek.status).toBe(422);
  expect(marek.html.text).toContain('Enter an end that is not the start');
  expect(marek.form('Save choices').values['following-mail']).toBe('now');
  expect(await choice(coordinator.id, 'following')).toMatchObject({ mail: 'off' });
  const forged = await post(marek, '/notifications/preferences', { 'security-mail': 'off' });
  expect(forged.status).toBe(422);
});

test('an employee chooses about what can reach them, and mails of the account are none of it', async () => {
  const anna = await signIn(employee);
  await anna.get('/notifications');
  await anna.click('Choose what you are told');
  expect(anna.html.all('rowheader')).toHaveLength(8);
  expect(anna.html.text).toContain('Mails about your own account always come');
  anna.fill({ 'Mail: Receipt of a new ticket': 'Never' });
  await anna.click('Save choices');
  expect(await choice(employee.id, 'received')).toMatchObject({ mail: 'off' });
  const forged = await post(anna, '/notifications/preferences', { 'mention-mail': 'off' });
  expect(forged.status).toBe(422);
});

test('an employee cannot switch replies off, and is told so beside the choice', async () => {
  const anna = await signIn(employee);
  await anna.get('/notifications/preferences');
  const offered = anna.html.find('#m-reply option').map((_i, option) => option.attribs.value);
  expect(offered.get()).toEqual(['now', 'digest']);
  const { values } = anna.form('Save choices');
  const forged = await post(anna, '/notifications/preferences', { ...values, 'reply-mail': 'off' });
  expect(forged.status).toBe(422);
  expect(forged.text).toContain('Replies to your tickets come by mail');
  const { 'status-page': _, ...rest } = values;
  const unseen = await post(anna, '/notifications/preferences', { ...rest, 'status-mail': 'off' });
  expect(unseen.status).toBe(422);
  expect(unseen.text).toContain('Leave this on the page or in the mail');
  expect(await choice(employee.id, 'reply')).not.toMatchObject({ mail: 'off' });
});

test('nobody else sees them', async () => {
  const stranger = await app.visitor();
  expect((await stranger.request('/notifications/preferences')).status).toBe(302);
});
