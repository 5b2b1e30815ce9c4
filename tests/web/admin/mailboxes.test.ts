import { createServer } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { createMailbox } from '../../../src/domain/mail/mailboxes.ts';
import { createGuard } from '../../../src/platform/outbound.ts';
import { mailboxInput } from '../../mail/fetching/mailbox.ts';
import { post, testApp } from '../../support/app.ts';
import { dovecotServer, MAIL_PASSWORD, noDovecot } from '../../support/dovecot.ts';
import { PASSWORD } from '../../support/factories.ts';
import { ageSessions } from '../../support/sessions.ts';

const app = await testApp();
const { db } = app;
// The tests' mail server is on this machine; the page of an operator who allows nothing is looked at first.
const guardOfAll = app.services.imap.guard;
await app.makeTeam('Mail desk');
const admin = await app.makeUser({ role: 'admin' });
const kwame = await app.signIn(admin);
const dovecot = dovecotServer();
const allow = (...hosts: string[]) => {
  app.services.imap.guard = createGuard(hosts);
};
afterAll(() => {
  app.services.imap.guard = guardOfAll;
});
const make = async (over: object = {}) => createMailbox(await app.as(admin), mailboxInput(over));
const stored = (id: number) => db('mailboxes').where({ id }).first();

const filled = {
  Name: 'IT support',
  Address: 'Support@Company.example',
  'Other addresses (optional)': 'it@company.example\nIT@company.example',
  Server: 'imap.company.example',
  'User name': 'support',
  'Password or refresh token': 'orange tram',
};

describe('setting a mailbox up', () => {
  test('stores what was typed, the password sealed, and says so in the history without it', async () => {
    await kwame.get('/admin/mailboxes/new');
    kwame.fill({ ...filled, Team: 'Mail desk' });
    await kwame.click('Add mailbox');
    expect(kwame.path).toBe('/admin/mailboxes');
    expect(kwame.html.text).toContain('support@company.example');
    const row = await db('mailboxes').where({ address: 'support@company.example' }).first();
    expect(row).toMatchObject({
      aliases: ['it@company.example'],
      kind: 'imap',
      host: 'imap.company.example',
      port: 993,
      security: 'tls',
      is_active: true,
      plus_addressing: true,
      after_taking: 'flag',
    });
    expect(row.secret).not.toContain('orange');
    expect(app.services.world.decrypt(row.secret)).toBe('orange tram');
    const event = await db('events').where({ type: 'mailbox.created', object_id: row.id }).first();
    expect(JSON.stringify(event)).not.toMatch(/orange|secret/);
  });

  test('says what is missing beside the field, keeps what was typed, but for the password', async () => {
    await kwame.get('/admin/mailboxes/new');
    kwame.fill({ ...filled, Address: 'nonsense', Server: '', 'User name': '' });
    await kwame.click('Add mailbox');
    expect(kwame.status).toBe(422);
    expect(kwame.html.text).toContain('Enter the name of the mail server, like imap.company.com');
    expect(kwame.html.text).toContain('Enter an email address like name@company.com');
    expect(kwame.html.find('#f-name').attr('value')).toBe('IT support');
    expect(kwame.html.find('#f-secret').attr('value')).toBeUndefined();
    expect(kwame.html.find('body').html()).not.toContain('orange tram');
  });

  test('says all that is missing at once', async () => {
    await kwame.get('/admin/mailboxes/new');
    await kwame.click('Add mailbox');
    expect(kwame.html.find('.error-summary h2').text()).toBe('Check 5 answers');
    expect(kwame.html.find('#f-secret-error').text()).toContain('Enter the password of this mailbox');
  });

  test('an address belongs to one mailbox, among the other addresses of another, too', async () => {
    await make({ address: 'one@company.example', aliases: ['uno@company.example'] });
    await kwame.get('/admin/mailboxes/new');
    kwame.fill({ ...filled, Address: 'uno@company.example', 'Other addresses (optional)': '' });
    await kwame.click('Add mailbox');
    expect(kwame.status).toBe(422);
    expect(kwame.html.text).toContain('has this address already');
  });
});

describe('changing a mailbox', () => {
  test('the password stays while the field is empty, and is in no page', async () => {
    const { id } = await make({ address: 'keep@company.example', secret: 'zebra-password' });
    const before = (await stored(id)).secret;
    await kwame.get(`/admin/mailboxes/${id}`);
    expect(kwame.html.find('body').html()).not.toContain('zebra-password');
    kwame.fill({ Name: 'Renamed' });
    await kwame.click('Save changes');
    expect(await stored(id)).toMatchObject({ name: 'Renamed', secret: before, version: 2 });
  });

  test.each([
    ['the server', { Server: 'evil.example' }],
    ['the port', { Port: '994' }],
    ['the encryption', { Encryption: 'None: readable on the way' }],
    ['the user', { 'User name': 'somebody' }],
  ])('a stored password is not sent elsewhere: with %s it has to be entered again', async (_what, change) => {
    const address = `moved-${Object.keys(change)[0]!.replace(/\W/g, '')}@company.example`.toLowerCase();
    const { id } = await make({ address, host: 'imap.company.example', security: 'tls', port: 993 });
    await kwame.get(`/admin/mailboxes/${id}`);
    kwame.fill(change);
    await kwame.click('Save changes');
    expect(kwame.status).toBe(422);
    expect(kwame.html.text).toContain('Enter the password of this mailbox');
    expect(await stored(id)).toMatchObject({ host: 'imap.company.example', version: 1 });
  });

  test('beside what somebody else saved meanwhile nothing is lost', async () => {
    const { id } = await make({ address: 'both@company.example' });
    await kwame.get(`/admin/mailboxes/${id}`);
    await db('mailboxes').where({ id }).update({ name: 'Theirs', version: 2 });
    kwame.fill({ Name: 'Mine' });
    await kwame.click('Save changes');
    expect(kwame.status).toBe(409);
    expect(kwame.html.text).toContain('Theirs');
    await kwame.click('Save changes');
    expect((await stored(id)).name).toBe('Mine');
  });

  test('an archived one takes nothing, and can be brought back', async () => {
    const { id } = await make({ name: 'Old one', address: 'old-one@company.example' });
    await kwame.get(`/admin/mailboxes/${id}`);
    await kwame.click('Archive mailbox');
    expect((await stored(id)).archived_at).not.toBeNull();
    await kwame.click('Bring back Old one');
    expect((await stored(id)).archived_at).toBeNull();
  });
});

describe('an hour after the password was typed', () => {
  const anHourLater = () => ageSessions(db, 'confirmedAt', 60);
  async function confirm() {
    expect(kwame.status).toBe(403);
    expect(kwame.html.heading).toBe('Confirm it is you');
    expect(kwame.html.html).not.toContain('orange tram crosses');
    kwame.fill({ Password: PASSWORD });
    await kwame.click('Confirm');
  }

  test('it is asked for before a mailbox is made; all comes back but the secret', async () => {
    await kwame.get('/admin/mailboxes/new');
    kwame.fill({ ...filled, Address: 'later@company.example', 'Other addresses (optional)': '' });
    await anHourLater();
    await kwame.click('Add mailbox');
    expect(await db('mailboxes').where({ address: 'later@company.example' })).toEqual([]);
    await confirm();
    const back = kwame.form('Send it now');
    expect(back.values).toMatchObject({
      name: 'IT support',
      address: 'later@company.example',
      host: 'imap.company.example',
      username: 'support',
      secret: '',
    });
    kwame.fill({ 'Password or refresh token': 'blue lantern' });
    await kwame.click('Send it now');
    expect(kwame.path).toBe('/admin/mailboxes');
    const row = await db('mailboxes').where({ address: 'later@company.example' }).first();
    expect(row).toMatchObject({ username: 'support', is_active: true, plus_addressing: true });
    expect(app.services.world.decrypt(row.secret)).toBe('blue lantern');
  });

  test('before the page to add one is filled at all', async () => {
    await anHourLater();
    await kwame.get('/admin/mailboxes/new');
    kwame.fill({ Password: PASSWORD });
    await kwame.click('Confirm');
    expect(kwame.path).toBe('/admin/mailboxes/new');
  });

  test('before one is changed', async () => {
    const { id } = await make({ address: 'changed-later@company.example' });
    await kwame.get(`/admin/mailboxes/${id}`);
    kwame.fill({ Name: 'Renamed later', 'Password or refresh token': 'green kettle' });
    await anHourLater();
    await kwame.click('Save changes');
    expect(await stored(id)).toMatchObject({ version: 1 });
    await confirm();
    kwame.fill({ 'Password or refresh token': 'green kettle' });
    await kwame.click('Send it now');
    const row = await stored(id);
    expect(row.name).toBe('Renamed later');
    expect(app.services.world.decrypt(row.secret)).toBe('green kettle');
  });

  test('before a key is made: then the button is pressed again', async () => {
    const { id } = await make({ kind: 'push', address: 'key-later@company.example', secret: '' });
    await kwame.get(`/admin/mailboxes/${id}`);
    await anHourLater();
    await kwame.click('Make a key');
    expect((await stored(id)).secret).toBeNull();
    await confirm();
    expect(kwame.path).toBe(`/admin/mailboxes/${id}`);
    await kwame.click('Make a key');
    expect(kwame.html.find('#new-key').attr('value')).toMatch(/^ssm_/);
  });

  test('before a connection is tried, with scripts and without', async () => {
    allow();
    await kwame.get('/admin/mailboxes/new');
    kwame.fill({ ...filled, Server: '127.0.0.1', 'Password or refresh token': 'red anchor' });
    await anHourLater();
    const drawn = await kwame.partial('/admin/mailboxes/connection-test', {
      target: 'div#mailbox-test',
      fields: { kind: 'imap', name: 'x', address: 'x@company.example' },
    });
    expect(drawn.html.heading).toBe('Confirm it is you');
    await kwame.click('Test connection');
    await confirm();
    kwame.fill({ 'Password or refresh token': 'red anchor' });
    await kwame.click('Send it now');
    expect(kwame.html.find('#mailbox-test').text()).toContain('is inside your own network');
    expect(kwame.html.find('#f-name').attr('value')).toBe('IT support');
  });
});

test('the key for pushing is shown once, and sending the form again makes no other', async () => {
  const { id } = await make({ kind: 'push', address: 'pushed@company.example', secret: '' });
  await kwame.get(`/admin/mailboxes/${id}`);
  const form = kwame.html.find(`form[action="/admin/mailboxes/${id}/key"] [name="_key"]`).attr('value') ?? '';
  await kwame.click('Make a key');
  const key = kwame.html.find('#new-key').attr('value') ?? '';
  expect(key).toMatch(/^ssm_[\w-]{43}$/);
  expect(app.services.world.decrypt((await stored(id)).secret)).toBe(key);
  const again = await post(kwame, `/admin/mailboxes/${id}/key`, { _key: form });
  expect(again.status).toBe(303);
  await kwame.get(`/admin/mailboxes/${id}`);
  expect(kwame.html.find('body').html()).not.toContain(key);
  expect(app.services.world.decrypt((await stored(id)).secret)).toBe(key);
  expect(JSON.stringify(await db('submissions'))).not.toContain(key);
});

describe('"Test connection" says what is wrong', { timeout: 60_000 }, () => {
  async function tryOut(over: Record<string, string>) {
    await kwame.get('/admin/mailboxes/new');
    kwame.fill({ ...filled, Server: '127.0.0.1', 'Password or refresh token': MAIL_PASSWORD, ...over });
    await kwame.click('Test connection');
    return kwame.html.find('#mailbox-test').text();
  }

  test('a machine inside is not reached unless the operator allows it', async () => {
    allow();
    expect(await tryOut({ Port: '25' })).toContain('is inside your own network');
    expect(await tryOut({ Server: 'localhost', Port: '25' })).toContain('is inside your own network');
  });

  test('a server that is not there', async () => {
    allow('127.0.0.1');
    expect(await tryOut({ Server: 'imap.invalid' })).toContain('There is no server named imap.invalid');
  });

  test('a port where nobody answers', async () => {
    allow('127.0.0.1');
    expect(await tryOut({ Port: '1', Encryption: 'None: readable on the way' })).toContain(
      'does not answer on port 1',
    );
  });

  test('a port that speaks something else', async () => {
    allow('127.0.0.1');
    const server = createServer(socket =>
      socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = String(address && typeof address === 'object' ? address.port : 0);
    expect(await tryOut({ Port: port })).toContain('could not be encrypted');
    server.close();
  });

  test('an incomplete form is not tried', async () => {
    const said = await tryOut({ 'User name': '' });
    expect(kwame.status).toBe(422);
    expect(kwame.html.text).toContain('Enter the user name');
    // Without scripts the browser goes to the result, so it says what is missing, too.
    expect(said).toContain('Enter the user name');
    expect(await tryOut({ 'Password or refresh token': '' })).toContain('Enter the password of this mailbox');
  });

  test('beside the field to change, with all that was typed but for the password, and where the browser looks', async () => {
    allow('127.0.0.1');
    const said = await tryOut({ Server: 'imap.invalid', Folder: 'Desk' });
    expect(kwame.html.find('#f-host-error').text()).toContain('There is no server named imap.invalid');
    expect(kwame.html.find('#mailbox-test a').attr('href')).toBe('#f-host');
    expect(said).toContain('The password is not kept in this page');
    expect(kwame.html.find('#f-folder').attr('value')).toBe('Desk');
    expect(kwame.html.find('#f-aliases').text()).toContain('it@company.example');
    expect(kwame.html.find('[formaction]').attr('formaction')).toMatch(/#mailbox-test$/);
  });

  test('before the mailbox has a name', async () => {
    allow('127.0.0.1');
    expect(await tryOut({ Name: '', Address: '', Server: 'imap.invalid' })).toContain('There is no server');
    expect(kwame.html.text).not.toContain('Enter a name');
  });

  describe.skipIf(noDovecot)('against a real server (needs Dovecot)', () => {
    const plain = () => ({ Port: String(dovecot.port), Encryption: 'None: readable on the way' });

    test('a certificate that is not to be trusted', async () => {
      allow('localhost', '127.0.0.1');
      const text = await tryOut({ Server: 'localhost', Port: String(dovecot.tlsPort) });
      expect(text).toContain('The certificate of localhost is not to be trusted');
      expect(
        await tryOut({ Server: 'localhost', Port: String(dovecot.port), Encryption: 'STARTTLS' }),
      ).toContain('is not to be trusted');
    });

    test('TLS from the start where the server waits for STARTTLS', async () => {
      allow('127.0.0.1');
      const said = await tryOut({ Port: String(dovecot.port) });
      expect(said).toContain('could not be encrypted');
      expect(said).toMatch(/In detail: [a-z ]+\s*$/);
      expect(kwame.html.find('#f-security-error').length).toBe(1);
    });

    test('a wrong password', async () => {
      allow('127.0.0.1');
      const text = await tryOut({ ...plain(), 'Password or refresh token': 'wrong' });
      expect(text).toContain('The server refused user name and password');
    });

    test('a folder that is not there', async () => {
      allow('127.0.0.1');
      expect(await tryOut({ ...plain(), Folder: 'Nowhere' })).toContain('There is no folder named Nowhere');
    });

    test('nothing: then it says how many mails are there', async () => {
      allow('127.0.0.1');
      expect(await tryOut(plain())).toContain(
        'It works: 0 mails in the folder. New mail will be here within seconds.',
      );
      app.services.imap.ca = dovecot.ca;
      allow('localhost');
      expect(await tryOut({ Server: 'localhost', Port: String(dovecot.tlsPort) })).toContain('It works');
      expect(
        await tryOut({ Server: 'localhost', Port: String(dovecot.port), Encryption: 'STARTTLS' }),
      ).toContain('It works');
      app.services.imap.ca = undefined;
    });

    test('a stored mailbox is tried with its own password where it goes already, and nowhere else', async () => {
      allow('127.0.0.1');
      const { id } = await make({ address: 'tried@company.example', port: dovecot.port });
      await kwame.get(`/admin/mailboxes/${id}`);
      await kwame.click('Test connection');
      expect(kwame.html.find('#mailbox-test').text()).toContain('It works');
      await kwame.get(`/admin/mailboxes/${id}`);
      kwame.fill({ 'User name': 'somebody' });
      await kwame.click('Test connection');
      expect(kwame.html.find('#mailbox-test').text()).toContain('Enter the password to try it');
    });
  });
});

test('with scripts only the result is drawn', async () => {
  allow();
  await kwame.get('/admin/mailboxes/new');
  const answer = await kwame.partial('/admin/mailboxes/connection-test', {
    target: 'div#mailbox-test',
    fields: { kind: 'imap', name: 'x', address: 'x@company.example', unknownSenders: 'ticket', port: '993' },
  });
  expect(answer.html.text).toContain('Enter the name of the mail server');
  expect(answer.html.has('form')).toBe(false);
});
