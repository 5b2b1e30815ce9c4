import type { PersonName } from './ticket.ts';

export type TimeEntry = {
  id: number;
  person: PersonName;
  minutes: number;
  note: string;
  /** A day: `2026-11-21`. */
  spentOn: string;
};

/** A person has one at most, on whichever ticket. */
export type RunningTimer = { id: number; startedAt: Date; ticketId: number; ticketNumber: number };

export type TimeSpent = {
  /** Of everybody, all of it. */
  minutes: number;
  /** The newest of them. */
  entries: TimeEntry[];
  entryCount: number;
  /** Of the person who asks. */
  running: RunningTimer | undefined;
};

export const SHOWN_ENTRIES = 20;

/** The time as one column of another statement; its values are the ticket's id, twice, and the person's. */
export const TIME_COLUMN = `
  (select json_build_object('minutes', coalesce(sum(e.minutes), 0), 'entryCount', count(*),
     'entries', (select coalesce(json_agg(n), '[]') from (
        select x.id, x.minutes, x.note, x.spent_on as "spentOn",
               json_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name) as person
        from time_entries x join users u on u.id = x.person_id
        where x.ticket_id = ? and x.minutes is not null order by x.spent_on desc, x.id desc limit ${SHOWN_ENTRIES}) n),
     'running', (select json_build_object('id', r.id, 'startedAt', r.started_at, 'ticketId', r.ticket_id,
                        'ticketNumber', (select number from tickets where id = r.ticket_id))
                 from time_entries r where r.person_id = ? and r.minutes is null))
   from time_entries e where e.ticket_id = ? and e.minutes is not null) as time`;

export const timeValues = (ticketId: number, personId: number) => [ticketId, personId, ticketId];

export type TimeRow = Omit<TimeSpent, 'running'> & {
  running: (Omit<RunningTimer, 'startedAt'> & { startedAt: string }) | null;
};

export const toTimeSpent = (row: TimeRow | null | undefined): TimeSpent | undefined =>
  row
    ? {
        ...row,
        running: row.running ? { ...row.running, startedAt: new Date(row.running.startedAt) } : undefined,
      }
    : undefined;
