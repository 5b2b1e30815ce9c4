import type { Knex } from 'knex';

/**
 * The mail log reads what came in and what went out newest first, whole or narrowed by one thing, a page at a time: an
 * index each. A picture that a mail shows in place is found by its Content-ID.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create index inbound_mails_received on inbound_mails (received_at desc, id desc);
    create index inbound_mails_fate_received on inbound_mails (fate, received_at desc, id desc);
    create index inbound_mails_mailbox_received on inbound_mails (mailbox_id, received_at desc, id desc);
    create index inbound_mails_sender_received on inbound_mails (lower(from_address), received_at desc, id desc);
    create index inbound_mails_subject on inbound_mails using gin (to_tsvector('simple', plain_text(subject)));

    create index deliveries_mail_created on deliveries (created_at desc, id desc) where channel = 'mail';
    -- Few, unless no server answers.
    create index deliveries_mail_unsent on deliveries (created_at desc, id desc) where channel = 'mail' and state <> 'sent';
    create index deliveries_mail_bounced on deliveries (created_at desc, id desc) where channel = 'mail' and bounced_at is not null;

    alter table attachments add column content_id text;
    comment on column attachments.content_id is 'Of a picture that its mail shows in place (src="cid:…"), without brackets';
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    alter table attachments drop column content_id;
    drop index deliveries_mail_bounced, deliveries_mail_unsent, deliveries_mail_created, inbound_mails_subject,
      inbound_mails_sender_received, inbound_mails_mailbox_received, inbound_mails_fate_received, inbound_mails_received;
  `);
}
