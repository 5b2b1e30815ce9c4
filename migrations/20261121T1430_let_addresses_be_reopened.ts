import type { Knex } from 'knex';

/** Bounces from before somebody said that the address works again do not count any more. */
export async function up(knex: Knex) {
  await knex.raw('alter table mail_addresses add column cleared_at timestamptz');
}

export async function down(knex: Knex) {
  await knex.raw('alter table mail_addresses drop column cleared_at');
}
