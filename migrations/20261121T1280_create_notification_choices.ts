import type { Knex } from 'knex';

/** What each person wants to be told, where and when; the daily digest; browsers that take push messages. */
export async function up(knex: Knex) {
  await knex.raw(`
    -- A topic without a row follows the program's choice for the person's role.
    create table notification_preferences (
      user_id bigint not null references users (id),
      topic text not null check (topic in ('mention', 'assigned', 'reply', 'note', 'status', 'team', 'following', 'received')),
      page boolean not null,
      mail text not null check (mail in ('now', 'digest', 'off')),
      push boolean not null,
      primary key (user_id, topic)
    );

    -- All on the clock of the person's own place; an end before the start is the next morning.
    create table notification_times (
      user_id bigint primary key references users (id),
      digest_hour smallint not null default 8 check (digest_hour between 0 and 23),
      quiet_from text check (quiet_from ~ '^[0-2][0-9]:[0-5][0-9]$'),
      quiet_to text check (quiet_to ~ '^[0-2][0-9]:[0-5][0-9]$'),
      quiet_days smallint[] not null default '{1,2,3,4,5,6,7}' check (quiet_days <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]),
      urgent_through boolean not null default true,
      check ((quiet_from is null) = (quiet_to is null))
    );

    -- One a person and day: the row is the claim, written together with the mail it queues.
    create table digests (
      id bigint generated always as identity primary key,
      user_id bigint not null references users (id),
      day date not null,
      event_id bigint not null unique references events (id),
      created_at timestamptz not null default now(),
      unique (user_id, day)
    );
    create index digests_created on digests (created_at);

    create table digest_items (
      user_id bigint not null references users (id),
      event_id bigint not null references events (id),
      topic text not null,
      template text not null,
      occurred_at timestamptz not null,
      digest_id bigint references digests (id) on delete cascade,
      primary key (user_id, event_id)
    );
    create index digest_items_waiting on digest_items (user_id, occurred_at) where digest_id is null;
    create index digest_items_digest on digest_items (digest_id);
    create index digest_items_event on digest_items (event_id);

    -- Address and keys of a browser are sealed: whoever has them can write to it. The digest finds one again.
    create table push_subscriptions (
      id bigint generated always as identity primary key,
      user_id bigint not null references users (id),
      endpoint_digest text not null unique,
      sealed text not null,
      user_agent text,
      created_at timestamptz not null default now(),
      used_at timestamptz
    );
    create index push_subscriptions_user on push_subscriptions (user_id, id);

    -- The key by which push services know this installation: made once.
    create table push_identity (
      purpose text primary key check (purpose = 'vapid'),
      public_key text not null,
      sealed_private_key text not null
    );

    alter table deliveries drop constraint deliveries_channel_check;
    alter table deliveries add constraint deliveries_channel_check check (channel in ('mail', 'page', 'push'));
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    delete from deliveries where channel = 'push';
    alter table deliveries drop constraint deliveries_channel_check;
    alter table deliveries add constraint deliveries_channel_check check (channel in ('mail', 'page'));
    drop table push_identity, push_subscriptions, digest_items, digests, notification_times, notification_preferences;
  `);
}
