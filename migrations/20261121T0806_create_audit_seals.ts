import type { Knex } from 'knex';

/** Each seal covers the events up to `last_event_id` that were not sealed before, chained to the seal before it. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table audit_seals (
      id bigint generated always as identity primary key,
      first_event_id bigint not null,
      last_event_id bigint not null unique,
      events integer not null,
      digest text not null,
      previous_digest text not null,
      sealed_at timestamptz not null default now()
    );
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table audit_seals');
}
