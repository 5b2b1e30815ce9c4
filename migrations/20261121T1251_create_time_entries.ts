import type { Knex } from 'knex';

/** How long somebody worked on a ticket. A timer that runs is an entry without minutes: it survives any restart. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table time_entries (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets (id),
      person_id bigint not null references users (id),
      minutes integer check (minutes between 1 and 1440),
      note text not null default '' check (length(note) <= 500),
      -- The day of the work where the person is.
      spent_on date not null,
      started_at timestamptz,
      created_at timestamptz not null default now(),
      check (minutes is not null or started_at is not null)
    );
    create unique index time_entries_running on time_entries (person_id) where minutes is null;
    create index time_entries_ticket on time_entries (ticket_id, spent_on desc, id desc);
    create index time_entries_person on time_entries (person_id, spent_on);
    -- The report's period, and its export a page at a time.
    create index time_entries_spent on time_entries (spent_on, id) where minutes is not null;
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table time_entries');
}
