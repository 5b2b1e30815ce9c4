import type { Knex } from 'knex';

/** How many answers to refused mail were sent within the last hour, asked before each one. */
export async function up(knex: Knex) {
  await knex.raw(`
    create index deliveries_refusals on deliveries (created_at) where template in ('mail-refused', 'mail-too-large')`);
}

export async function down(knex: Knex) {
  await knex.raw('drop index deliveries_refusals');
}
