import type { Knex } from 'knex';

/**
 * A reply of the desk waits some seconds before it is one (docs/decisions/0024-replies.md). In a table of its own:
 * until then no query of messages, whichever way it goes, can show it to anybody.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create table held_replies (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets (id),
      author_id bigint not null references users (id),
      body text not null,
      "then" text not null,
      upload_ids bigint[] not null default '{}',
      -- The newest message its author can have seen: what came after it is not answered by it.
      after_comment_id bigint not null,
      release_at timestamptz not null,
      created_at timestamptz not null default now()
    );
    create index held_replies_due on held_replies (release_at, id);
    create index held_replies_ticket on held_replies (ticket_id);
    create index held_replies_author on held_replies (author_id);

    alter table users
      add column hold_seconds smallint not null default 8 check (hold_seconds in (0, 8, 20)),
      add column signature text not null default '' check (length(signature) <= 1000);

    -- What stood under a reply when it was sent; and whom a message names: [{ id, as }].
    alter table comments add column signature text, add column mentions jsonb, add column edited_at timestamptz;

    -- What a note said before it was edited.
    create table comment_versions (
      id bigint generated always as identity primary key,
      comment_id bigint not null references comments (id),
      body text not null,
      mentions jsonb,
      written_at timestamptz not null,
      replaced_at timestamptz not null default now()
    );
    create index comment_versions_comment on comment_versions (comment_id, id);
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop table comment_versions, held_replies;
    alter table comments drop column signature, drop column mentions, drop column edited_at;
    alter table users drop column hold_seconds, drop column signature;
  `);
}
