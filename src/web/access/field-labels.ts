import type { Translate } from '../../platform/translating.ts';

/** What a field is called on its own form; where forms call one alike by other words, the form's path tells them apart. */
export function fieldLabel(name: string, path: string, t: Translate): string {
  const own = Object.entries(ofForms(t)).find(([begin]) => path.startsWith(begin))?.[1];
  const all: Record<string, string> = {
    ...ofPeople(t),
    ...ofTickets(t),
    ...ofMailboxes(t),
    ...ofSettings(t),
    ...own,
  };
  return (Object.hasOwn(all, name) ? all[name] : undefined) ?? t('Field “{{name}}”', { name });
}

const ofForms = (t: Translate): Record<string, Record<string, string>> => ({
  '/admin/mailboxes': { kind: t('How mail gets here') },
});

const ofPeople = (t: Translate) => ({
  firstName: t('First name'),
  lastName: t('Last name'),
  name: t('Name'),
  email: t('Work email'),
  emails: t('Email addresses'),
  phone: t('Phone'),
  locale: t('Language'),
  timeZone: t('Time zone'),
  shortcuts: t('Keyboard shortcuts'),
  companyId: t('Company ID'),
  departmentId: t('Department'),
  managerEmail: t('Manager'),
  role: t('Role'),
  teamIds: t('Teams'),
  memberIds: t('Members'),
  signature: t('Signature'),
  holdSeconds: t('Undo a sent reply'),
  absentFrom: t('First day away'),
  absentUntil: t('Last day away'),
  digestHour: t('Send it at'),
  toId: t('Hand all open tickets to'),
  csv: t('Or paste the rows'),
  current: t('Current password'),
  password: t('Password'),
  token: t('Set-up token'),
  q: t('Search'),
});

const ofTickets = (t: Translate) => ({
  subject: t('Subject'),
  requester: t('Raise for'),
  body: t('Your text'),
  kind: t('Kind of message'),
  description: t('Description'),
  category: t('Category'),
  categoryId: t('Category'),
  team: t('Team'),
  teamId: t('Team'),
  assignee: t('Assigned to'),
  assigneeId: t('Assignee'),
  priority: t('Priority'),
  status: t('Status'),
  impact: t('How much does it stop you?'),
  version: t('Version of the page'),
  number: t('Number of the ticket'),
  memo: t('Private note'),
  tag: t('Tag'),
  tags: t('Tags'),
  addTags: t('Add tags'),
  removeTags: t('Remove tags'),
  says: t('Goes out as'),
  scope: t('Who can use it'),
  audience: t('Who begins tickets with it'),
  items: t('Steps'),
  checklist: t('Checklist'),
  spent: t('Time spent'),
  spent_on: t('Day'),
  note: t('Note'),
  into: t('Number of the ticket that goes on'),
});

const ofMailboxes = (t: Translate) => ({
  address: t('Address'),
  aliases: t('Other addresses'),
  plusAddressing: t('Answers carry a key behind a plus'),
  isActive: t('Take mail'),
  unknownSenders: t('Mail from people we do not know'),
  trustedServer: t('Mail server whose checks we believe'),
  ccWatch: t('People in Cc follow the ticket'),
  host: t('Server'),
  port: t('Port'),
  security: t('Encryption'),
  auth: t('Sign in with'),
  username: t('User name'),
  secret: t('Password or refresh token'),
  clientId: t('Client ID'),
  clientSecret: t('Client secret'),
  tenant: t('Tenant'),
  folder: t('Folder'),
  afterTaking: t('When we have a mail'),
  takenFolder: t('Folder to move it to'),
});

const ofSettings = (t: Translate) => ({
  companyName: t('Company name'),
  helpLine: t('Help line'),
  autoCloseDays: t('Days until a solved ticket closes'),
  maxFileMegabytes: t('Largest file, in MB'),
  maxFiles: t('Files in one message'),
  pageSize: t('Rows on a page'),
  defaultPriority: t('Starts with priority'),
  parentId: t('Inside'),
  method: t('New tickets'),
  maxOpen: t('Most open tickets of one person'),
  stickyDays: t('Days a requester keeps the coordinator they know'),
  awayHours: t('Hours away until waiting tickets go back to the team'),
  trustedDomains: t('Trusted domains'),
  heading: t('Heading'),
  before: t('Text before'),
  after: t('Text after'),
  button: t('Word on the button'),
});
