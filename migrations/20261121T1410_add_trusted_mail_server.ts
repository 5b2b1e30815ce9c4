import type { Knex } from 'knex';

/** The server whose word on a sender (Authentication-Results, RFC 8601) is believed, by the name it signs with. */
export async function up(knex: Knex) {
  await knex.raw(`
    alter table mailboxes add column trusted_server text;
    comment on column mailboxes.trusted_server is 'The authserv-id of our own mail server; without it no result is believed';
  `);
}

export async function down(knex: Knex) {
  await knex.raw('alter table mailboxes drop column trusted_server');
}
