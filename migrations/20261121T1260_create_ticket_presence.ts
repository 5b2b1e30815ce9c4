import type { Knex } from 'knex';

/** Who is here right now. Unlogged: after a crash nobody is, and each page says so again within seconds. */
export async function up(knex: Knex) {
  await knex.raw(`
    create unlogged table ticket_presence (
      ticket_id bigint not null references tickets (id) on delete cascade,
      user_id bigint not null references users (id) on delete cascade,
      state text not null check (state in ('viewing', 'replying')),
      seen_at timestamptz not null default now(),
      primary key (ticket_id, user_id)
    ) with (fillfactor = 70);
    create index ticket_presence_user on ticket_presence (user_id);
    -- Somebody's draft on a ticket is found by the ticket too.
    create index drafts_scope on drafts (scope);
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop index drafts_scope; drop table ticket_presence');
}
