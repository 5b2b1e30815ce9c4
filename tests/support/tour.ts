import type { Page } from 'playwright';
import type { CastKey } from '../../seeds/cast.ts';
import type { Demo } from './demo.ts';

/** A page as one role meets it. `then` goes on from there, by what the page offers. */
export type Stop = {
  name: string;
  who: CastKey | 'nobody';
  path: string;
  status?: number;
  then?: (page: Page) => Promise<unknown>;
};

/** Every page of the application, with what is special about it: empty, full, refused, gone. */
export async function tour(demo: Demo): Promise<Stop[]> {
  return [
    ...signedOut(),
    ...(await asEmployee(demo)),
    ...(await asCoordinator(demo)),
    ...(await atWork(demo)),
    ...(await asAdmin(demo)),
  ];
}

const stopsOf = (
  who: Stop['who'],
  list: [path: string, status?: number, then?: Stop['then'], as?: string][],
) =>
  list.map(([path, status, then, as]): Stop => {
    const name = `${who} at ${path}${as ? `, ${as}` : ''}`;
    return { name, who, path, ...(status && { status }), ...(then && { then }) };
  });

const press = (name: string) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click();

/** The browser holds back what it sees is wrong; here the server shall say so. */
const letThrough = (page: Page) => page.evaluate('for (const form of document.forms) form.noValidate = true');

const refuseSignIn = async (page: Page) => {
  await page.fill('[name=email]', 'nobody@halden.example');
  await page.fill('[name=password]', 'not this one at all');
  await press('Sign in')(page);
  await page.locator('.error, .error-summary').first().waitFor();
};

const refuseSignUp = async (page: Page) => {
  await letThrough(page);
  await page.fill('[name=password]', 'short');
  await press('Ask for an account')(page);
  await page.locator('.error-summary').waitFor();
};

const signedOut = () =>
  stopsOf('nobody', [
    ['/sign-in'],
    ['/sign-in', undefined, refuseSignIn, 'refused'],
    ['/sign-up'],
    ['/sign-up', undefined, refuseSignUp, 'refused'],
    ['/password-reset'],
    ['/password-reset/abcdefghijklmnopqrstuvwxyz123456', 410],
    ['/verify-email/abcdefghijklmnopqrstuvwxyz123456', 410],
    ['/invitations/abcdefghijklmnopqrstuvwxyz123456', 410],
    ['/nothing-here', 404],
    ['/dev/mail'],
  ]);

const refuseTicket = async (page: Page) => {
  await page.setInputFiles('input[type=file]', {
    name: 'picture.png',
    mimeType: 'image/png',
    buffer: Buffer.from('no picture'),
  });
  await press('Send ticket')(page);
  await page.locator('.error-summary').waitFor();
};

async function asEmployee({ db, ticket, userId }: Demo): Promise<Stop[]> {
  const own = await db('tickets')
    .where({ requester_id: await userId('jonas') })
    .select('number', 'status');
  const eachStatus = new Map(own.map(row => [row.status, row.number]));
  return [
    ...stopsOf('jonas', [
      ['/'],
      ['/tickets'],
      ['/tickets?show=solved'],
      ['/tickets?show=shared'],
      ['/tickets/new'],
      ['/tickets/new', undefined, refuseTicket, 'refused'],
      ...[...eachStatus.values()].map((number): [string] => [`/tickets/${number}`]),
      ['/search'],
      ['/search?q=scanner'],
      ['/search?q=nothing%20has%20these'],
      ['/notifications'],
      ['/profile'],
      ['/nothing-here', 404],
      ['/queue', 404],
      [`/tickets/${await ticket('Cannot sign in after changing phones')}`, 404],
    ]),
    ...stopsOf('lukas', [['/'], ['/tickets'], ['/notifications']]),
  ];
}

const chooseStatus = async (page: Page) => {
  await page.locator('[name=ids]').first().check();
  // Hidden where scripts open a menu instead.
  await page.locator('.bulk button[name=do][value=status]').dispatchEvent('click');
  await page.locator('input[name=value]').first().waitFor();
};

const previewClosing = async (page: Page) => {
  await page.locator('[name=ids]').first().check();
  await page.locator('#bulk-more button[value=close]').dispatchEvent('click');
  await page.getByText('You can undo it for a day.').waitFor();
};

/** Of the seven one by each order, and one that may be empty: they are one page. */
const VIEWS = ['needs-reply', 'overdue', 'waiting', 'all'];

const askForName = async (page: Page) => {
  await letThrough(page);
  await press('Save view')(page);
  await page.locator('.error-summary').waitFor();
};

const openPalette = async (page: Page) => {
  await page.keyboard.press('Control+k');
  await page.locator('#palette [role=option]').first().waitFor();
};

const previewReply = async (page: Page) => {
  await page.locator('[name=ids]').first().check();
  await page.locator('[popovertarget=bulk-more]').click();
  await page.locator('#bulk-more button[value=reply]').click();
  await page.locator('main textarea').waitFor();
};

/** What a coordinator keeps for the work itself, and what is done with more than one ticket or message. */
async function atWork({ db }: Demo): Promise<Stop[]> {
  const team = await db('teams').where({ name: 'IT support' }).first('id');
  const open = await db('tickets')
    .where({ team_id: team.id, status: 'open', merged_into: null })
    .orderBy('number')
    .first('number');
  const message = await db('comments')
    .join('tickets', 'tickets.id', 'comments.ticket_id')
    .where({ 'tickets.team_id': team.id, 'tickets.merged_into': null, 'comments.kind': 'reply' })
    .whereNot('tickets.status', 'closed')
    .orderBy('comments.id')
    .first('tickets.number', 'comments.id');
  const own = await db('saved_views').where({ scope: 'own' }).orderBy('id').first('id');
  const replies = await db('saved_replies')
    .where({ scope: 'everyone' })
    .orderByRaw('actions is null, id')
    .select('id');
  return stopsOf('marek', [
    ['/queue/views'],
    [`/queue/views/${own.id}`],
    ['/queue/all/saving?priority=high'],
    ['/queue/all/saving', undefined, askForName, 'refused'],
    ['/queue/display'],
    ['/queue/all/filters'],
    ['/queue/all/filters?only=status'],
    ['/queue/all?sort=newest', undefined, previewReply, 'writing a reply to some'],
    ['/palette'],
    ['/palette?q=scanner'],
    [`/tickets/${open.number}`, undefined, openPalette, 'with the palette open'],
    [`/tickets/${open.number}/merge`],
    [`/tickets/${message.number}/comments/${message.id}/split`],
    [`/tickets/${open.number}/replies`],
    ['/tags?tag=v'],
    ['/search/suggestions?q=sta'],
    ['/admin/canned-replies'],
    ['/admin/canned-replies?q=nothing%20has%20these'],
    ['/admin/canned-replies/new'],
    ['/admin/canned-replies/new?kind=macro'],
    ...[replies.at(0), replies.at(-1)].map((reply): [string] => [`/admin/canned-replies/${reply.id}`]),
    ['/notifications/preferences'],
  ]);
}

async function asCoordinator({ db }: Demo): Promise<Stop[]> {
  const rows = await db('tickets')
    .join('teams', 'teams.id', 'tickets.team_id')
    .where('teams.name', 'IT support')
    .distinctOn('tickets.status')
    .orderBy('tickets.status')
    .select('tickets.number');
  return stopsOf('marek', [
    ['/'],
    ...VIEWS.map((view): [string] => [`/queue/${view}`]),
    ['/queue/all?status=new&priority=high'],
    ['/queue/all?sort=newest', undefined, chooseStatus, 'choosing a status for some'],
    ['/queue/all?sort=newest', undefined, previewClosing, 'looking at what closing would do'],
    ['/queue/bulk'],
    ['/queue/bulk/values?act=status'],
    ...rows.map((row): [string] => [`/tickets/${row.number}?from=all`]),
    ['/tickets'],
    ['/tickets/new'],
    ['/reports/time'],
    ['/reports/time?by=team&from=2001-01-01&to=2001-01-02', undefined, undefined, 'empty'],
    ['/search?q=scanner'],
    ['/notifications'],
    ['/profile'],
    ['/admin/users', 404],
    ['/nothing-here', 404],
  ]);
}

async function asAdmin({ db, userId }: Demo): Promise<Stop[]> {
  const first = async (table: string) => (await db(table).orderBy('id').first('id')).id;
  const child = (await db('categories').whereNotNull('parent_id').orderBy('id').first('id'))?.id;
  return stopsOf('kwame', [
    ['/admin/users'],
    ['/admin/users?q=nobody%20of%20that%20name'],
    [`/admin/users/${await userId('marek')}`],
    [`/admin/users/${await userId('tessa')}`],
    [`/admin/users/${await userId('stefan')}`],
    [`/admin/users/${await userId('kwame')}`],
    ['/admin/users/invitations/new'],
    ['/admin/users/import'],
    ['/admin/teams'],
    ['/admin/teams/new'],
    ['/admin/teams/new', undefined, refuseTeam, 'refused'],
    [`/admin/teams/${await first('teams')}`],
    ['/admin/departments'],
    ['/admin/departments/new'],
    [`/admin/departments/${await first('departments')}`],
    ['/admin/categories'],
    ['/admin/categories/new'],
    ['/admin/ticket-templates'],
    ['/admin/ticket-templates/new'],
    ['/admin/ticket-templates/1'],
    ...(child ? ([[`/admin/categories/${child}`]] as [string][]) : []),
    ['/admin/templates'],
    ['/admin/templates/ticket-received/en'],
    ['/admin/templates/ticket-received/en', undefined, refuseWords, 'refused'],
    ['/admin/templates/report/en'],
    ['/admin/settings'],
    ['/admin/audit'],
    ['/admin/audit?q=nobody%20at%20all'],
    ['/admin/jobs'],
    ['/sign-in/confirmation'],
    ['/'],
  ]);
}

const refuseWords = async (page: Page) => {
  await page.fill('[name=heading]', 'Hello {{nobody.knows}}');
  await press('Save changes')(page);
  await page.locator('.error-summary').waitFor();
};

const refuseTeam = async (page: Page) => {
  await letThrough(page);
  await press('Add team')(page);
  await page.locator('.error-summary').waitFor();
};
