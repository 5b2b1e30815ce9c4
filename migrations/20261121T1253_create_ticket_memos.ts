import type { Knex } from 'knex';

/** What a person writes down about a ticket for themselves. Nobody else's page, list, search, file or mail reads it. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table ticket_memos (
      ticket_id bigint not null references tickets (id),
      user_id bigint not null references users (id),
      body text not null check (length(body) between 1 and 20000),
      updated_at timestamptz not null,
      primary key (ticket_id, user_id)
    );
    create index ticket_memos_user on ticket_memos (user_id);
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table ticket_memos');
}
