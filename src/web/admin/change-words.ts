import type { AccountStatus, Role } from '../../domain/access/actor.ts';
import { roles } from '../../domain/identity/roles.ts';
import { settingLabel } from '../../domain/settings/words.ts';
import { type Priority, priorities } from '../../domain/tickets/ticket.ts';
import type { Translate } from '../../platform/translating.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { statusWord } from '../rendering/status-words.ts';
import type { Recorded } from './event-words.ts';
import { accountStatusWord, roleWord } from './words.ts';

export type Change = { label: string; from: string; to: string };

/** From and to of an event in words: the names it kept where the field is an id, and each setting's own label. */
export function changeWords({ type, changes, data }: Recorded, t: Translate): Change[] {
  const names = (data.names ?? {}) as Record<string, [unknown, unknown] | undefined>;
  return Object.entries(changes)
    .filter(([, pair]) => Array.isArray(pair))
    .flatMap(([field, pair]) => {
      if (field === 'replyMinutes') return replyTimes(pair, t);
      const isStatus = field === 'status';
      const [from, to] = isStatus ? pair.map(value => statusName(type, value, t)) : (names[field] ?? pair);
      const label = type === 'settings.changed' ? settingLabel(field, t) : fieldLabel(field, t);
      return [{ label, from: valueWord(field, from, t), to: valueWord(field, to, t) }];
    });
}

function fieldLabel(field: string, t: Translate): string {
  const labels: Record<string, string> = {
    firstName: t('First name'),
    lastName: t('Last name'),
    email: t('Email address'),
    companyId: t('Company ID'),
    departmentId: t('Department'),
    managerId: t('Manager'),
    role: t('Role'),
    status: t('Status'),
    waitingOn: t('Waiting on'),
    teams: t('Teams'),
    members: t('Members'),
    name: t('Name'),
    description: t('Description'),
    parentId: t('Inside'),
    teamId: t('Team'),
    assigneeId: t('Assignee'),
    categoryId: t('Category'),
    defaultPriority: t('Starts with priority'),
    priority: t('Priority'),
    subject: t('Subject'),
    tags: t('Tags'),
    place: t('Place in the list'),
    locale: t('Language'),
    timeZone: t('Time zone'),
    phone: t('Phone'),
    shortcuts: t('Keyboard shortcuts'),
  };
  return labels[field] ?? field;
}

/** The words of today for a status of then; one that the company made and took away keeps its key. */
function statusName(type: string, value: unknown, t: Translate): unknown {
  if (typeof value !== 'string') return value;
  if (type.startsWith('user.')) return accountStatusWord(value as AccountStatus, t) ?? value;
  return statusWord({ kind: 'open', key: value, name: value, waitingOn: null }, 'desk', t);
}

function valueWord(field: string, value: unknown, t: Translate): string {
  if (value === null || value === undefined || value === '') return '–';
  if (field === 'waitingOn') return value === 'requester' ? t('Requester') : t('Others');
  if (typeof value === 'boolean') return value ? t('On') : t('Off');
  if (Array.isArray(value)) return value.map(String).join(', ') || '–';
  if (field === 'role' && roles.includes(value as Role)) return roleWord(value as Role, t);
  if (/priority/i.test(field) && priorities.includes(value as Priority))
    return priorityWord(value as Priority, t);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

type Minutes = Partial<Record<Priority, number>> | null;

/** One line a priority that changed, since one for all four would hide which. */
function replyTimes([from, to]: [unknown, unknown], t: Translate): Change[] {
  return priorities
    .filter(priority => (from as Minutes)?.[priority] !== (to as Minutes)?.[priority])
    .map(priority => ({
      label: t('Time to reply, {{priority}}', { priority: priorityWord(priority, t) }),
      from: minutesWord((from as Minutes)?.[priority], t),
      to: minutesWord((to as Minutes)?.[priority], t),
    }));
}

function minutesWord(minutes: number | undefined, t: Translate): string {
  if (minutes === undefined) return '–';
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return t('{{count}} minutes', { count: minutes });
  if (minutes % 60 === 0) return t('{{count}} hours', { count: hours });
  return t('{{hours}} h {{minutes}} min', { hours, minutes: minutes % 60 });
}
