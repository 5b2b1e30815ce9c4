import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createTranslator } from '../../../src/platform/translating.ts';
import { changeWords } from '../../../src/web/admin/change-words.ts';
import { eventWord } from '../../../src/web/admin/event-words.ts';
import { filesIn } from '../../architecture/files.ts';

const t = (await createTranslator()).forLocale('en');
const event = (type: string, changes = {}, data = {}) => ({ type, changes, data });

test('every event that the program records has words of its own', () => {
  const types = filesIn('src/domain', '.ts').flatMap(file => {
    const source = readFileSync(file, 'utf8');
    if (!source.includes('recordEvent(')) return [];
    return [
      ...source.matchAll(
        /'((?:user|session|team|department|category|settings|ticket|reply|note|comment|attachment|export|job|audit)\.[a-z-]+)'/g,
      ),
    ].map(found => found[1] ?? '');
  });
  const isAction = new Set([
    'user.manage',
    'user.invite',
    'user.role',
    'team.manage',
    'department.manage',
    'category.manage',
    'settings.manage',
    'audit.read',
    'reply.list',
    'reply.manage',
  ]);
  const nameless = [...new Set(types)]
    .filter(
      type =>
        !isAction.has(type) && !/^ticket\.(?!created|changed|spam|not-spam|watched|unwatched)/.test(type),
    )
    .filter(type => eventWord(event(type), t).text.startsWith('Other: '));
  expect(nameless).toEqual([]);
});

test('ids are told by the names that were kept, values by their words', () => {
  const changes = {
    role: ['employee', 'admin'],
    departmentId: [null, 4],
    teams: [[], ['IT', 'HR']],
    status: ['pending', 'active'],
  };
  expect(
    changeWords(event('user.changed', changes, { names: { departmentId: [null, 'Docks'] } }), t),
  ).toEqual([
    { label: 'Role', from: 'Employee', to: 'Admin' },
    { label: 'Department', from: '–', to: 'Docks' },
    { label: 'Teams', from: '–', to: 'IT, HR' },
    { label: 'Status', from: 'Pending', to: 'Active' },
  ]);
  expect(
    changeWords(
      event('ticket.changed', { status: ['in-progress', 'their-own'], waitingOn: [null, 'requester'] }),
      t,
    ),
  ).toEqual([
    { label: 'Status', from: 'In progress', to: 'their-own' },
    { label: 'Waiting on', from: '–', to: 'Requester' },
  ]);
});

test('reply times are told one priority a line, as time', () => {
  const minutes = { low: 4_320, medium: 1_440, high: 240, urgent: 30 };
  const changes = { replyMinutes: [minutes, { ...minutes, urgent: 90, high: 1 }], signUp: [true, false] };
  expect(changeWords(event('settings.changed', changes), t)).toEqual([
    { label: 'Time to reply, High', from: '4 hours', to: '1 minute' },
    { label: 'Time to reply, Urgent', from: '30 minutes', to: '1 h 30 min' },
    { label: 'Sign-up', from: 'On', to: 'Off' },
  ]);
});
