import sharp from 'sharp';
import { expect, test } from 'vitest';
import { file, visitor } from '../../support/visitor.ts';
import { desk } from './desk.ts';

const { app, admin, db, account } = await desk();
const setting = async (key: string) => (await db('settings').where({ key }).first('value'))?.value;

test('the company is named, and the page shows it at once', async () => {
  await admin.get('/admin/settings');
  admin.form('Save company').fill({ 'Company name': 'Halden Freight', Colour: 'Hue 300' });
  await admin.click('Save company');
  expect(admin.html.notices.join()).toContain('Settings saved');
  expect(admin.html.title).toContain('Halden Freight');
  expect(admin.html.find('html').attr('data-hue')).toBe('300');
});

test('reply times are typed as hours and minutes; a wrong one stays typed', async () => {
  await admin.get('/admin/settings');
  admin.form('Save tickets').set('urgentHours', '0').set('urgentMinutes', '3').set('pageSize', '500');
  await admin.click('Save tickets');
  expect(admin.status).toBe(422);
  expect(admin.form('Save tickets').values.pageSize).toBe('500');
  admin.form('Save tickets').set('pageSize', '50').set('urgentMinutes', '4');
  await admin.click('Save tickets');
  expect(admin.html.alerts.join()).toContain('between 5 minutes and 720 hours');
  admin.form('Save tickets').set('urgentHours', '1').set('urgentMinutes', '30');
  await admin.click('Save tickets');
  expect(admin.path).toContain('/admin/settings');
  expect(await setting('replyMinutes')).toMatchObject({ urgent: 90 });
  expect(await setting('pageSize')).toBe(50);
});

test('switches, lists and choices are kept', async () => {
  await admin.get('/admin/settings');
  admin.form('Save sign-up').set('trustedDomains', 'Company.Example\n@other.example, bad_domain');
  await admin.click('Save sign-up');
  expect(admin.status).toBe(422);
  admin.form('Save sign-up').set('trustedDomains', 'Company.Example\n@other.example').set('signUp', false);
  await admin.click('Save sign-up');
  expect(await setting('trustedDomains')).toEqual(['company.example', 'other.example']);
  expect(await setting('signUp')).toBe(false);
  admin.form('Save language and time').fill({ 'Time zone': 'Europe/Amsterdam' });
  await admin.click('Save language and time');
  expect(await setting('timeZone')).toBe('Europe/Amsterdam');
  admin.form('Save files').set('maxFiles', '7');
  await admin.click('Save files');
  expect(await setting('maxFiles')).toBe(7);
});

test('a form over an older version shows both', async () => {
  await admin.get('/admin/settings');
  const older = admin.form('Save files').set('maxFiles', '3');
  await db('settings').where({ key: 'maxFiles' }).update({ value: '9', version: 40 });
  await admin.submit(older);
  expect(admin.status).toBe(409);
  expect(admin.html.alerts.join()).toContain('Files in one message 9 3');
  expect(admin.form('Save files').values.maxFiles).toBe('3');
  await admin.click('Save files');
  expect(await setting('maxFiles')).toBe(3);
});

test('a logo is drawn anew in two sizes, served to everybody and kept by browsers', async () => {
  const photo = await sharp({ create: { width: 500, height: 300, channels: 3, background: '#a03' } })
    .withExif({ IFD0: { Copyright: 'CANARY-EXIF' } })
    .jpeg()
    .toBuffer();
  await admin.get('/admin/settings');
  admin.fill({ Picture: file('logo.jpg', photo, 'image/jpeg') });
  await admin.click('Save logo');
  const address = admin.html.find('img[alt="The logo now"]').attr('src') ?? '';
  const stranger = await visitor(app);
  const small = await stranger.request(address);
  expect(small.headers['content-type']).toBe('image/png');
  expect(small.headers['cache-control']).toContain('immutable');
  expect(small.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(await sharp(small.body).metadata()).toMatchObject({ width: 64, height: 64, format: 'png' });
  expect(small.body.includes('CANARY-EXIF')).toBe(false);
  const large = await stranger.request(`${address}&size=large`);
  expect(await sharp(large.body).metadata()).toMatchObject({ width: 256 });
  expect((await stranger.request('/brand/logo?v=older')).headers['cache-control']).toBe('no-store');

  await admin.click('Remove logo');
  expect((await stranger.request(address)).status).toBe(404);
});

test.each([
  [
    'a script',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
    'image/svg+xml',
  ],
  ['no picture', Buffer.from('hello'), 'image/png'],
  ['nothing', Buffer.alloc(0), 'image/png'],
  ['too much', Buffer.alloc(2_100_000, 1), 'image/png'],
])('%s is no logo', async (_name, bytes, type) => {
  await admin.get('/admin/settings');
  admin.fill({ Picture: file('logo.png', bytes, type) });
  await admin.click('Save logo');
  expect(admin.status).toBe(422);
  expect(await setting('logoKey')).toBeFalsy();
});

test('a team is made, changed, archived and brought back', async () => {
  const ana = await account({ role: 'coordinator', first_name: 'Ana', last_name: 'Petrović' });
  await admin.get('/admin/teams');
  admin.html.all('link', 'Add a team');
  await admin.get('/admin/teams/new');
  admin.fill({ 'Description (optional)': 'Devices and access' });
  await admin.click('Add team');
  expect(admin.status).toBe(422);
  expect(admin.html.control(/^Description/).attribs.value).toBe('Devices and access');
  admin.fill({ Name: 'IT support', [`Ana Petrović ${ana.email}`]: true });
  await admin.click('Add team');
  expect(admin.html.notices.join()).toContain('Team added');
  await admin.click('IT support');
  admin.fill({ Name: 'IT desk' });
  await admin.click('Save changes');
  await admin.click('IT desk');
  await admin.click('Archive team');
  expect(admin.html.has('Archived teams')).toBe(true);
  await admin.click('Bring back IT desk');
  expect(admin.html.link('IT desk')).toContain('/admin/teams/');
});

test('a department is made with its manager', async () => {
  const boss = await account({ first_name: 'Jonas', last_name: 'Weber' });
  await admin.get('/admin/departments/new');
  admin.fill({ Name: 'Docks', 'Manager (optional)': 'nobody@x.example' });
  await admin.click('Add department');
  expect(admin.status).toBe(422);
  expect(admin.html.control(/^Manager/).attribs.value).toBe('nobody@x.example');
  admin.fill({ 'Manager (optional)': boss.email });
  await admin.click('Add department');
  expect(admin.html.has('Managed by Jonas Weber')).toBe(true);
  await admin.click('Docks');
  await admin.click('Archive department');
  await admin.click('Bring back Docks');
  expect(admin.html.has('Managed by Jonas Weber')).toBe(true);
});

test('categories are added, put inside, moved and archived by plain forms', async () => {
  await admin.get('/admin/categories');
  await admin.click('Add a category');
  await admin.click('Add category');
  expect(admin.status).toBe(422);
  admin.fill({ Name: 'IT', 'Starts with priority': 'High' });
  await admin.click('Add category');
  for (const name of ['Scanners', 'VPN']) {
    await admin.click('Add a category');
    admin.fill({ Name: name, Inside: 'IT' });
    await admin.click('Add category');
  }
  const order = () =>
    admin.html
      .find('.tree li li a')
      .toArray()
      .map(link => admin.html.textOf(link));
  expect(order()).toEqual(['Scanners', 'VPN']);
  await admin.click('Move VPN up');
  expect(order()).toEqual(['VPN', 'Scanners']);
  admin.fill({ Name: 'VPN and network' });
  await admin.click('Save changes');
  expect(order()).toEqual(['VPN and network', 'Scanners']);
  await admin.click('Archive category');
  expect(order()).toEqual(['Scanners']);
  await admin.click('Bring back VPN and network');
  expect(order()).toEqual(['VPN and network', 'Scanners']);
});
