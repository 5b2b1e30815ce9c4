import type { Knex } from 'knex';

/** People are found by the first letters of either name, the address or the company ID, without accents. */
export async function up(knex: Knex) {
  await knex.raw(`
    create index users_first_name_prefix on users (plain_text(first_name) text_pattern_ops);
    create index users_last_name_prefix on users (plain_text(last_name) text_pattern_ops);
    create index users_email_prefix on users (lower(email) text_pattern_ops);
    create index users_company_id_prefix on users (lower(company_id) text_pattern_ops);
    create index users_waiting on users (created_at, id) where status = 'pending' and email_verified_at is not null;
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop index users_first_name_prefix, users_last_name_prefix, users_email_prefix, users_company_id_prefix, users_waiting;
  `);
}
