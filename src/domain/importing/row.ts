import { z } from 'zod';
import { MAX_BODY } from '../tickets/comment.ts';
import type { StatusKind, WaitingOn } from '../tickets/status.ts';
import { type Priority, priorities } from '../tickets/ticket.ts';
import { fieldOf, type ImportField, type ImportMap } from './import-map.ts';
import type { Surroundings } from './surroundings.ts';

/** A row of the file, checked and in our words. */
export type ImportRow = {
  sourceRef: string;
  subject: string;
  body: string;
  requester: { ref: string; firstName: string; lastName: string; email: string | null };
  teamName: string | null;
  categoryId: number | null;
  status: { key: string; kind: StatusKind; name: string };
  waitingOn: WaitingOn | null;
  priority: Priority;
  assigneeId: number | null;
  createdAt: Date;
};

/** Why a row is not taken, for the person who mends the file. */
export class Unfit extends Error {}

type Checking = { map: ImportMap; surroundings: Surroundings; now: Date };

/** Throws `Unfit` with the first reason. */
export function checkRow(record: Readonly<Record<string, string>>, checking: Checking): ImportRow {
  const { map, surroundings, now } = checking;
  const say = (field: ImportField) => storable(fieldOf(map, field, record));
  const ref = required(oneLine(say('ref')), 'The reference is empty');
  if (ref.length > 100) throw new Unfit('The reference has more than 100 characters');
  const text = textOf(say('subject'), say('body'));
  const category = categoryOf(say('category'), surroundings);
  const team = teamOf(oneLine(say('team')), checking, category?.teamId ?? null);
  const status = statusOf(say('status') || 'new', surroundings);
  const assigneeId = assigneeOf(say('assigneeEmail'), team.id, surroundings);
  return {
    sourceRef: `${map.source}:${ref}`,
    ...text,
    requester: requesterOf(map.source, oneLine(say('requester')), say('requesterEmail')),
    teamName: team.name,
    categoryId: category?.id ?? null,
    ...(assigneeId && status.status.kind === 'new' ? statusOf('open', surroundings) : status),
    priority: priorityOf(say('priority'), category?.priority),
    assigneeId,
    createdAt: timeOf(say('createdAt'), now),
  };
}

/** Control characters (PostgreSQL keeps no NUL) and halves of letters come from broken exports. */
const storable = (text: string) =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '')
    .trim();

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

function required(text: string, reason: string): string {
  if (!text) throw new Unfit(reason);
  return text;
}

/** One of the two is enough: a long subject is cut and stays whole in the text. */
function textOf(subject: string, body: string): { subject: string; body: string } {
  const line = required(oneLine(subject) || oneLine(body), 'Subject and text are both empty');
  const isCut = line.length > 200;
  const whole = body || subject;
  const text =
    isCut && body && !oneLine(body).startsWith(line) && oneLine(subject) ? `${subject}\n\n${body}` : whole;
  if (text.length > MAX_BODY) throw new Unfit(`The text has more than ${MAX_BODY} characters`);
  return { subject: isCut ? `${line.slice(0, 199).replace(/\p{Cs}$/u, '')}…` : line, body: text };
}

function categoryOf(name: string, { categories }: Surroundings) {
  if (!name) return undefined;
  const found = categories.get(
    oneLine(name)
      .replace(/ *[›>/] */g, ' › ')
      .toLowerCase(),
  );
  if (!found) throw new Unfit(`There is no category “${name}”`);
  return found;
}

function teamOf(
  name: string,
  { map, surroundings }: Checking,
  fallback: number | null,
): { id: number | null; name: string | null } {
  if (!name) return { id: fallback, name: fallback === null ? null : nameOf(surroundings, fallback) };
  if (name.length > 120) throw new Unfit('The name of the team has more than 120 characters');
  const id = surroundings.teams.get(name.toLowerCase()) ?? null;
  if (id === null && !map.createTeams) throw new Unfit(`There is no team “${name}”`);
  return { id, name };
}

const nameOf = ({ teams }: Surroundings, id: number) => [...teams].find(([, key]) => key === id)?.[0] ?? null;

/** `on-hold/requester` says also on whom it waits. */
function statusOf(value: string, { statuses }: Surroundings): Pick<ImportRow, 'status' | 'waitingOn'> {
  const [name = '', waitingOn = 'other'] = value.toLowerCase().split('/');
  const status = statuses.get(name.trim());
  if (!status || (waitingOn !== 'other' && waitingOn !== 'requester'))
    throw new Unfit(`There is no status “${value}”`);
  return { status, waitingOn: status.kind === 'waiting' ? waitingOn : null };
}

function priorityOf(value: string, fallback: Priority = 'medium'): Priority {
  if (!value) return fallback;
  const found = priorities.find(priority => priority === value.toLowerCase());
  if (!found) throw new Unfit(`There is no priority “${value}”`);
  return found;
}

function assigneeOf(
  email: string,
  teamId: number | null,
  { staff, coordinatorsWorkAllTeams }: Surroundings,
): number | null {
  if (!email) return null;
  const person = staff.get(email.toLowerCase());
  if (!person) throw new Unfit(`No coordinator has the address ${email}`);
  const mayOwn =
    person.isAdmin || teamId === null || coordinatorsWorkAllTeams || person.teamIds.includes(teamId);
  if (!mayOwn) throw new Unfit(`${email} does not belong to the team of the ticket`);
  return person.id;
}

const address = z.email().max(254);

/** Known by address, else by name. Whoever has neither is one contact of that source. */
function requesterOf(source: string, name: string, email: string): ImportRow['requester'] {
  if (email && !address.safeParse(email).success) throw new Unfit(`Not an email address: ${email}`);
  const shown = name || email.split('@')[0] || 'Unknown';
  const [first = '', ...rest] = shown.split(' ');
  return {
    ref: `${source}:person:${(email || shown).toLowerCase().slice(0, 300)}`,
    firstName: first.slice(0, 80),
    lastName: rest.join(' ').slice(0, 80),
    email: email ? email.toLowerCase() : null,
  };
}

/** ISO 8601; a time without zone is UTC. */
function timeOf(value: string, now: Date): Date {
  if (!value) return now;
  const iso = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(value);
  const at = new Date(iso && !iso[4] && iso[1] ? `${value.replace(' ', 'T')}Z` : value.replace(' ', 'T'));
  if (!iso || Number.isNaN(at.getTime())) throw new Unfit(`Not a time like 2026-01-31T16:05:00Z: ${value}`);
  if (at > now) throw new Unfit(`The time lies in the future: ${value}`);
  return at;
}
