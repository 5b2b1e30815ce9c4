import type { Knex } from 'knex';

/** What is to be done on a ticket, in its order. Of the desk: no employee reads it. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table checklist_items (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets (id),
      text text not null check (length(text) between 1 and 200),
      position integer not null,
      done_at timestamptz,
      done_by bigint references users (id),
      created_by bigint references users (id),
      created_at timestamptz not null default now(),
      check (done_by is null or done_at is not null)
    );
    create index checklist_items_ticket on checklist_items (ticket_id, position, id);
    create index checklist_items_done_by on checklist_items (done_by) where done_by is not null;
    create index checklist_items_created_by on checklist_items (created_by);
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table checklist_items');
}
