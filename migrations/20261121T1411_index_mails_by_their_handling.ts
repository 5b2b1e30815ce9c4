import type { Knex } from 'knex';

/** How many mails became tickets in the last minutes, asked before each one. */
export async function up(knex: Knex) {
  await knex.raw(`create index inbound_mails_handled on inbound_mails (handled_at) where fate = 'ticket'`);
}

export async function down(knex: Knex) {
  await knex.raw('drop index inbound_mails_handled');
}
