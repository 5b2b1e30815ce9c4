import type { Knex } from 'knex';

/** What a process that fetches has to remember of a mailbox, and where mails go that it has taken. */
export async function up(knex: Knex) {
  await knex.raw(`
    alter table mailboxes
      add column taken_folder text not null default 'Archive',
      -- Read mail that was there before this is left alone.
      add column watched_since timestamptz not null default now(),
      -- UIDs that the server could not hand out, tried again every hour.
      add column stuck jsonb not null default '[]',
      -- What the server said of the fault; error is its key.
      add column error_detail text;
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    alter table mailboxes drop column taken_folder, drop column watched_since, drop column stuck,
      drop column error_detail;
  `);
}
