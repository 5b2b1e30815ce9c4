import type { Knex } from 'knex';

/** Each link once, in one direction: the lower key first where both sides are alike. A child has one parent. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table ticket_links (
      id bigint generated always as identity primary key,
      from_id bigint not null references tickets (id),
      to_id bigint not null references tickets (id),
      kind text not null check (kind in ('related', 'blocks', 'duplicate-of', 'parent-of')),
      created_by bigint references users (id),
      created_at timestamptz not null default now(),
      unique (from_id, to_id, kind),
      check (from_id <> to_id),
      check (kind <> 'related' or from_id < to_id)
    );
    create index ticket_links_to on ticket_links (to_id);
    create index ticket_links_created_by on ticket_links (created_by);
    create unique index ticket_links_parent on ticket_links (to_id) where kind = 'parent-of';
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table ticket_links');
}
