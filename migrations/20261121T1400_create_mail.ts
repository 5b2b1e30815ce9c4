import type { Knex } from 'knex';

/**
 * Mail that comes in: where from (mailboxes), each message with its fate and its source for ever in the database, so that
 * one commit makes it safe and one backup holds it; what of a comment came by mail; whose address bounces.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create table mailboxes (
      id bigint generated always as identity primary key,
      name text not null,
      address text not null,
      -- Other addresses that are ours too, lower-case.
      aliases text[] not null default '{}',
      kind text not null check (kind in ('imap', 'push')),
      team_id bigint references teams (id),
      category_id bigint references categories (id),
      is_active boolean not null default true,
      unknown_senders text not null default 'ticket' check (unknown_senders in ('ticket', 'park', 'refuse')),
      cc_watch boolean not null default false,
      -- The server keeps what stands behind a plus in the address (support+key@).
      plus_addressing boolean not null default true,
      host text, port integer, security text check (security in ('tls', 'starttls', 'none')),
      username text,
      auth text check (auth in ('password', 'google', 'microsoft')),
      -- Sealed: a password or a refresh token, and the OAuth2 client's secret.
      secret text, client_id text, client_secret text, tenant text,
      folder text not null default 'INBOX',
      after_taking text not null default 'flag' check (after_taking in ('flag', 'move', 'delete')),
      uid_validity bigint, last_uid bigint,
      last_seen_at timestamptz, last_mail_at timestamptz, error text, error_since timestamptz,
      -- One process at a time fetches a mailbox; its lease ends by the database's clock.
      held_by text, held_until timestamptz,
      version integer not null default 1,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index mailboxes_address on mailboxes (lower(address)) where archived_at is null;
    create index mailboxes_team on mailboxes (team_id);
    create index mailboxes_category on mailboxes (category_id);

    create table inbound_mails (
      id bigint generated always as identity primary key,
      mailbox_id bigint references mailboxes (id),
      source text not null check (source in ('imap', 'smtp', 'api', 'upload')),
      received_at timestamptz not null default now(),
      size integer not null,
      sha256 text not null,
      -- Message-ID with content without the trace of its way; unique, so that a mail is handled once. Null: a duplicate.
      same_as text,
      duplicate_of bigint references inbound_mails (id),
      uid_validity bigint, uid bigint,
      envelope_from text, envelope_to text[] not null default '{}',
      message_id text,
      from_address text, from_name text, subject text,
      fate text not null default 'received'
        check (fate in ('received', 'ticket', 'appended', 'parked', 'refused', 'duplicate', 'bounce', 'ignored', 'quarantined')),
      -- Which rule decided, a key; what it saw.
      rule text, detail jsonb not null default '{}',
      ticket_id bigint references tickets (id),
      comment_id bigint references comments (id),
      person_id bigint references users (id),
      decided_by bigint references users (id),
      attempts integer not null default 0,
      next_attempt_at timestamptz not null default now(),
      last_error text,
      handled_at timestamptz,
      version integer not null default 1
    );
    create unique index inbound_mails_same on inbound_mails (same_as) where same_as is not null;
    create unique index inbound_mails_uid on inbound_mails (mailbox_id, uid_validity, uid) where uid is not null;
    create index inbound_mails_due on inbound_mails (next_attempt_at, id) where fate = 'received';
    create index inbound_mails_fate on inbound_mails (fate, id desc);
    create index inbound_mails_ticket on inbound_mails (ticket_id) where ticket_id is not null;
    create index inbound_mails_comment on inbound_mails (comment_id) where comment_id is not null;
    create index inbound_mails_person on inbound_mails (person_id) where person_id is not null;
    create index inbound_mails_decider on inbound_mails (decided_by) where decided_by is not null;
    create index inbound_mails_duplicate on inbound_mails (duplicate_of) where duplicate_of is not null;
    create index inbound_mails_from on inbound_mails (lower(from_address), id desc);
    create index inbound_mails_message on inbound_mails (message_id) where message_id is not null;

    -- Apart, so that lists of mails never read the sources.
    create table inbound_sources (
      mail_id bigint primary key references inbound_mails (id) on delete cascade,
      raw bytea not null
    );
    alter table inbound_sources alter column raw set storage external;

    -- What of a comment came by mail and its text does not say: safe HTML, and what was quoted.
    create table comment_mails (
      comment_id bigint primary key references comments (id),
      mail_id bigint not null references inbound_mails (id),
      html text, quoted_text text not null default '', quoted_html text,
      has_remote_images boolean not null default false
    );
    create index comment_mails_mail on comment_mails (mail_id);

    create table mail_addresses (
      address text primary key check (address = lower(address)),
      hard_bounces integer not null default 0,
      last_bounce_at timestamptz, last_status text, last_reason text,
      -- Set after repeated hard bounces: nothing is sent there until somebody clears it.
      undeliverable_since timestamptz,
      -- One automatic answer an hour, at most.
      answered_at timestamptz
    );

    alter table deliveries add column bounced_at timestamptz, add column bounce jsonb, add column domain text;
    create index deliveries_message on deliveries (message_id) where message_id is not null;
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop index deliveries_message;
    alter table deliveries drop column bounced_at, drop column bounce, drop column domain;
    drop table mail_addresses, comment_mails, inbound_sources, inbound_mails, mailboxes;
  `);
}
