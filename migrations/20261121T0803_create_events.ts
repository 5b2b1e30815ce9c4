import type { Knex } from 'knex';

/** Events are history, audit and outbox in one (docs/decisions/0002-events-are-the-outbox.md). */
export async function up(knex: Knex) {
  await knex.raw(`
    create table events (
      id bigint generated always as identity primary key,
      occurred_at timestamptz not null default now(),
      type text not null,
      actor_id bigint references users (id),
      actor_kind text not null default 'person' check (actor_kind in ('person', 'system', 'anonymous')),
      object_type text not null,
      object_id bigint,
      object_label text not null default '',
      ticket_id bigint references tickets (id),
      comment_id bigint references comments (id),
      internal boolean not null default false,
      to_status text,
      changes jsonb not null default '{}',
      data jsonb not null default '{}',
      request_id text
    );
    create index events_ticket on events (ticket_id, id) where ticket_id is not null;
    create index events_actor on events (actor_id, id);
    create index events_object on events (object_type, object_id, id);
    create index events_type on events (type, id);
    create index events_occurred on events (occurred_at, id);
    create index events_comment on events (comment_id) where comment_id is not null;

    create function refuse_event_change() returns trigger language plpgsql as $$
    begin
      if current_setting('smartsupport.retention', true) = 'on' then return coalesce(new, old); end if;
      raise exception 'events are append-only';
    end $$;
    create trigger events_append_only before update or delete on events
      for each row execute function refuse_event_change();

    -- Address and browser have a shorter life than the event itself.
    create table event_origins (
      event_id bigint primary key references events (id),
      address text,
      user_agent text,
      created_at timestamptz not null default now()
    );
    create index event_origins_created on event_origins (created_at);
    create index event_origins_address on event_origins (address);

    create table event_queue (
      event_id bigint primary key references events (id),
      queued_at timestamptz not null default now(),
      attempts integer not null default 0,
      next_attempt_at timestamptz not null default now(),
      failed_at timestamptz,
      last_error text
    );
    create index event_queue_next on event_queue (next_attempt_at, event_id) where failed_at is null;

    -- One row an effect outside the database: unique, so nothing is sent twice.
    create table deliveries (
      id bigint generated always as identity primary key,
      event_id bigint not null references events (id),
      recipient_id bigint not null references users (id),
      channel text not null check (channel in ('mail', 'page')),
      template text not null,
      state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'failed', 'cancelled')),
      secret text,
      message_id text,
      attempts integer not null default 0,
      next_attempt_at timestamptz not null default now(),
      last_error text,
      message jsonb,
      sent_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (event_id, recipient_id, channel)
    );
    create index deliveries_due on deliveries (next_attempt_at, id) where state in ('pending', 'sending');
    create index deliveries_failed on deliveries (id) where state = 'failed';
    create index deliveries_recipient on deliveries (recipient_id, id);
    create index deliveries_state on deliveries (channel, id);

    create table notifications (
      id bigint generated always as identity primary key,
      user_id bigint not null references users (id),
      event_id bigint not null references events (id),
      ticket_id bigint references tickets (id),
      kind text not null,
      read_at timestamptz,
      created_at timestamptz not null default now(),
      unique (user_id, event_id)
    );
    create index notifications_user on notifications (user_id, id desc);
    create index notifications_unread on notifications (user_id) where read_at is null;
    create index notifications_ticket on notifications (ticket_id);
    create index notifications_event on notifications (event_id);
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop table notifications, deliveries, event_queue, event_origins, events;
    drop function refuse_event_change();
  `);
}
