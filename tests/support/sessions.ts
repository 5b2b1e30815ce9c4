import type { Knex } from 'knex';

type Moment = 'confirmedAt' | 'startedAt' | 'seenAt';

/** Moves a moment that all sessions remember into the past, in the sessions themselves. */
export const ageSessions = (db: Knex, moment: Moment, minutes: number) =>
  db.raw(
    `update web_sessions set sess = jsonb_set(sess::jsonb, array[?]::text[], to_jsonb((sess->>?)::bigint - ?::bigint))::json
     where sess->>? is not null`,
    [moment, moment, minutes * 60_000, moment],
  );
