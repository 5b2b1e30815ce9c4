import type { Knex } from 'knex';

/** Almost every message was never redacted, so this is small and slows no message down. */
export async function up(knex: Knex) {
  await knex.raw('create index comments_redacted_by on comments (redacted_by) where redacted_by is not null');
}

export async function down(knex: Knex) {
  await knex.raw('drop index comments_redacted_by');
}
