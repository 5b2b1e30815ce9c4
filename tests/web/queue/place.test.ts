import { expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { signIn, makeTicket, follow } = app;
const { it, hr, employee, coordinator } = await usualPeople(app);
const marek = await signIn(coordinator);
await app.set({ pageSize: 10 });
for (let i = 1; i <= 24; i += 1) {
  app.clock.advance({ minutes: 1 });
  await makeTicket({
    by: employee,
    team: it,
    subject: `Printer ${i}`,
    impact: i % 2 ? 'stopped' : 'a-little',
  });
}
const foreign = await makeTicket({ by: employee, team: hr, subject: 'Payslip canary' });
await follow();

const subjects = () =>
  marek.html
    .find('.q-sub a')
    .toArray()
    .map(link => marek.html.textOf(link));
const open = (subject: string) => marek.click(subject);
const back = async () => {
  const href = marek.html.find('.crumbs a').attr('href')!;
  await marek.get(href.split('#')[0]!);
  return href;
};

test('back from a ticket is the same page, filter and order, at its row', async () => {
  await marek.get('/queue/all?sort=oldest&priority=urgent');
  await marek.click('Next');
  const { path } = marek;
  expect(subjects()).toEqual(['Printer 21', 'Printer 23']);
  await open('Printer 23');
  const number = marek.html.find('.crumbs [aria-current]').text();
  const href = await back();
  expect(new URLSearchParams(href.split(/[?#]/)[1])).toEqual(new URLSearchParams(path.split('?')[1]));
  expect(href.split('#')[1]).toBe(`t${number.slice(1)}`);
  expect(marek.html.find(`tr#t${number.slice(1)}`)).toHaveLength(1);
});

test('next and previous stay in the filtered list, across its pages', async () => {
  await marek.get('/queue/all?sort=oldest&priority=urgent');
  await open('Printer 17');
  await marek.click('Next ticket');
  await marek.click('Next ticket');
  expect(marek.html.heading).toBe('Printer 21');
  // It stands beyond the page one began on: back is a page that has it.
  const href = await back();
  expect(subjects()).toContain('Printer 21');
  expect(href).toContain('priority=urgent');
  await open('Printer 21');
  await marek.click('Previous ticket');
  expect(marek.html.heading).toBe('Printer 19');
});

test('a counted view says where one is', async () => {
  await marek.get('/queue/needs-reply?sort=oldest');
  await open('Printer 4');
  expect(marek.html.text).toContain('4 of 24');
  await marek.get('/queue/all');
  await open('Printer 24');
  expect(marek.html.text).not.toMatch(/\d of \d/);
});

test('an answer takes the ticket out of the list and leaves one’s place in it', async () => {
  await marek.get('/queue/needs-reply?sort=oldest');
  await open('Printer 3');
  const reply = await post(marek, marek.html.find('#composer').attr('action')!, {
    _key: 'one-answer-to-printer-3',
    kind: 'reply',
    body: 'Try again, please.',
  });
  await marek.get(reply.headers.location!.split('#')[0]!);
  expect(marek.path).toContain('from=needs-reply.');
  await marek.click('Next ticket');
  expect(marek.html.heading).toBe('Printer 4');
  await back();
  expect(marek.path).toContain('/queue/needs-reply?sort=oldest');
});

test('a saved view is a list like any other', async () => {
  await marek.get('/queue/all/saving?priority=urgent&sort=oldest');
  await post(marek, '/queue/all/saving?priority=urgent&sort=oldest', { name: 'U', scope: 'own', teamId: '' });
  await marek.get('/queue/all');
  await marek.click(/^U\d*$/);
  await open('Printer 1');
  await marek.click('Next ticket');
  expect(marek.html.heading).toBe('Printer 3');
  await back();
  expect(marek.path).toMatch(/^\/queue\/v-\d+$/);
});

test.each([
  'nonsense',
  'all.',
  'all.%00%00',
  'all.////',
  `all.${'A'.repeat(3_000)}`,
  'v-999999',
  'all.YXQ9JTAwJmFmdGVyPSUwMA',
  `all.${Buffer.from('status=%27--&at=WyJ4Il0&row=-1&rows=9999').toString('base64url')}`,
  'mine"><script>',
])('a made-up place (%s) is passed over', async from => {
  await marek.get('/queue/all?sort=oldest');
  const ticket = marek.html.find('.q-sub a').attr('href')!.split('?')[0];
  await marek.get(`${ticket}?from=${from}`);
  expect(marek.status).toBe(200);
  expect(marek.html.html).not.toContain('"><script>');
});

test('a place opens nothing: a foreign ticket stays absent, a foreign view too', async () => {
  await marek.get(`/tickets/${foreign.number}?from=all`);
  expect(marek.status).toBe(404);
  await marek.get('/queue/all?sort=oldest');
  const number = marek.html.find('tbody .q-id').first().text().trim();
  await marek.get(`/tickets/${number}?from=all.${Buffer.from(`team=${hr.id}`).toString('base64url')}`);
  expect(marek.html.html).not.toContain(`/tickets/${foreign.number}`);
});
