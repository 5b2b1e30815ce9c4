import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fieldLabel } from '../../../src/web/access/field-labels.ts';
import { createApp } from '../../../src/web/app.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { visitor } from '../../support/visitor.ts';

const { db, services, account } = await accounts();
const app = await createApp(services);
const plain = (text: string, values: Record<string, unknown> = {}) =>
  text.replace('{{name}}', String(values.name ?? ''));

test('a mailbox that comes back after the session was lost has the words of its own form at every field', async () => {
  const ada = await account({ role: 'admin' });
  const she = await visitor(app);
  await she.get('/sign-in?next=/admin/mailboxes/new');
  she.fill({ 'Work email': ada.email, Password: PASSWORD });
  await she.click('Sign in');
  expect(she.path).toBe('/admin/mailboxes/new');
  const textOf = (id: string) =>
    she.html
      .find(`label[for="${id}"]`)
      .text()
      .replace(/\s*\(optional\)\s*$/, '')
      .trim();
  const own = new Map<string, string>();
  she.html.find('main form [name][id]').each((_i, element) => {
    const id = element.attribs.id ?? '';
    if (textOf(id)) own.set(element.attribs.name ?? '', textOf(id));
  });
  expect([...own.keys()]).toEqual(
    expect.arrayContaining(['afterTaking', 'takenFolder', 'trustedServer', 'tenant', 'clientId']),
  );
  she.fill({ Address: 'support@company.example', 'Folder to move it to': 'Done' });
  await db('users').where({ id: ada.id }).increment('session_epoch', 1);
  await she.click('Add mailbox');
  expect(she.status).toBe(401);
  she.fill({ 'Work email': ada.email, Password: PASSWORD });
  await she.click('Sign in');
  expect(she.html.heading).toBe('Send what you wrote');
  expect(she.html.text).not.toContain('Field “');
  for (const [name, label] of own) {
    const id = she.html.find(`[name="${name}"]`).attr('id');
    if (id) expect([name, textOf(id)]).toEqual([name, label]);
  }
});

test('whatever field a form shows with a label of its own has a name here', () => {
  const nameless: string[] = [];
  for (const file of readdirSync('views', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ejs')) continue;
    const text = readFileSync(`views/${file}`, 'utf8').replace(/\s+/g, ' ');
    for (const [whole, name = ''] of text.matchAll(
      /include\( ?'\/shared\/_field', \{[^}]*?\bname: '(\w+)'[^}]*/g,
    ))
      if (/\blabel: it\.t\('/.test(whole) && fieldLabel(name, '/', plain).startsWith('Field'))
        nameless.push(`${file}: ${name}`);
  }
  expect(nameless).toEqual([]);
});

test('a name that somebody made up is said as it is', () => {
  expect(fieldLabel('constructor', '/', plain)).toBe('Field “constructor”');
});
