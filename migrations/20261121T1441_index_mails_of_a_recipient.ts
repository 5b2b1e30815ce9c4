import type { Knex } from 'knex';

/** What went to one address, newest first, a page at a time, however much that is. */
export async function up(knex: Knex) {
  await knex.raw(
    `create index deliveries_mail_recipient on deliveries (recipient_id, created_at desc, id desc) where channel = 'mail'`,
  );
}

export async function down(knex: Knex) {
  await knex.raw('drop index deliveries_mail_recipient');
}
