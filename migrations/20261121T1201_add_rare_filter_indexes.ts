import type { Knex } from 'knex';

/**
 * A filter by what few tickets have would walk all of them in the list's order. These hold only the few, so that
 * writing a usual ticket touches neither.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create index tickets_rare_source on tickets (source, created_at desc, id desc)
      where source not in ('web', 'email') and spam_at is null;
    create index tickets_rare_status on tickets (status, created_at desc, id desc)
      where status not in ('new', 'open', 'in-progress', 'on-hold', 'resolved', 'closed') and spam_at is null;
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop index tickets_rare_source, tickets_rare_status');
}
