import type { Knex } from 'knex';

/** At most one a ticket. `claim` names the run that writes it: only that run may bring it to an end. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table ticket_summaries (
      id bigint generated always as identity primary key,
      ticket_id bigint not null unique references tickets (id),
      state text not null check (state in ('wanted', 'made', 'failed')),
      text text check (length(text) between 1 and 800),
      model text,
      -- The newest reply that was read for the text.
      covers_comment_id bigint,
      requested_by bigint not null references users (id),
      requested_at timestamptz not null,
      made_at timestamptz,
      error text check (error in ('slow', 'busy', 'away', 'refused', 'unreadable', 'spent')),
      claim uuid,
      claimed_until timestamptz,
      attempts integer not null default 0,
      check (state <> 'made' or text is not null),
      check ((text is null) = (made_at is null)),
      check ((state = 'failed') = (error is not null))
    );
    create index ticket_summaries_wanted on ticket_summaries (requested_at, id) where state = 'wanted';
    create index ticket_summaries_requested_by on ticket_summaries (requested_by);
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table ticket_summaries');
}
