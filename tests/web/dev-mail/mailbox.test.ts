import { expect, test } from 'vitest';
import { deliverDue } from '../../../src/domain/notifications/sending.ts';
import { createMailer } from '../../../src/mail/mailer.ts';
import { createMailTransport } from '../../../src/platform/mail-transport.ts';
import { createApp } from '../../../src/web/app.ts';
import { desk } from '../../jobs/desk.ts';
import { visitor } from '../../support/visitor.ts';

const { db, config, services, system, raise, dispatch } = await desk({ settings: { DEMO: 'on' } });
const app = await createApp(services);

const transport = createMailTransport(config, services.log);
await raise();
await dispatch();
await deliverDue(system, createMailer({ config, translator: services.translator, transport }));

test('without a mail server mails are kept and listed', async () => {
  expect(transport.mode).toBe('mailbox');
  const somebody = await visitor(app);
  await somebody.get('/dev/mail');
  expect(somebody.status).toBe(200);
  expect(somebody.html.heading).toBe('Mailbox');
  expect(somebody.html.text).toContain('Anna Test <anna@company.example>');
});

test('one mail shows its headers, its links and both of its parts', async () => {
  const row = await db('deliveries').where({ template: 'ticket-received' }).first('id', 'message_id');
  const somebody = await visitor(app);
  await somebody.get(`/dev/mail/${row.id}`);
  expect(somebody.status).toBe(200);
  expect(somebody.html.text).toContain(row.message_id);
  expect(somebody.html.text).toContain('auto-generated');
  expect(somebody.html.text).toContain('You get this because');
  expect(somebody.html.link(/^\/tickets\/\d+$/)).toBeDefined();
  expect((await somebody.request('/dev/mail/999999')).status).toBe(404);
});

test('the mail itself is a document of its own that may do nothing', async () => {
  const row = await db('deliveries').where({ template: 'ticket-received' }).first('id');
  const answer = await (await visitor(app)).request(`/dev/mail/${row.id}/body`);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-security-policy']).toBe(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
  );
  expect(answer.text).toContain('We have your ticket');
});

test('there is no mailbox where mails are sent or wait for a server', async () => {
  const plain = { ...services, config: { ...config, mail: { ...config.mail, showMailbox: false } } };
  const somebody = await visitor(await createApp(plain));
  for (const path of ['/dev/mail', '/dev/mail/1', '/dev/mail/1/body'])
    expect((await somebody.request(path)).status).toBe(404);
});
