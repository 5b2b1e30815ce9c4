import type { Knex } from 'knex';

/**
 * The words of a mail's subject stand beside it, so that the newest mails can be gone through for a common word without
 * taking each subject apart. The table is written anew: half a minute for a million mails.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    drop index inbound_mails_subject;
    alter table inbound_mails add column subject_words tsvector
      generated always as (to_tsvector('simple', plain_text(coalesce(subject, '')))) stored;
    create index inbound_mails_subject on inbound_mails using gin (subject_words);
    analyze inbound_mails;
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    alter table inbound_mails drop column subject_words;
    create index inbound_mails_subject on inbound_mails using gin (to_tsvector('simple', plain_text(subject)));
  `);
}
