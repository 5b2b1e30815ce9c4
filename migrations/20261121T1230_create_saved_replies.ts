import type { Knex } from 'knex';

/** Texts the desk writes often, and macros: the same with changes to the ticket (docs/decisions/0024-replies.md). */
export async function up(knex: Knex) {
  await knex.raw(`
    create table saved_replies (
      id bigint generated always as identity primary key,
      name text not null check (length(name) between 1 and 120),
      folder text not null default '',
      -- Empty for a macro that only changes the ticket.
      body text not null default '',
      -- Whether the text is for the requester or the desk.
      says text not null default 'reply' check (says in ('reply', 'note')),
      -- Null for a plain text; an object of changes makes it a macro.
      actions jsonb,
      scope text not null check (scope in ('own', 'team', 'everyone')),
      owner_id bigint references users (id),
      team_id bigint references teams (id),
      position integer not null default 0,
      uses bigint not null default 0,
      version integer not null default 1,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      check ((scope = 'own') = (owner_id is not null)),
      check ((scope = 'team') = (team_id is not null)),
      check (body <> '' or actions is not null)
    );
    create index saved_replies_owner on saved_replies (owner_id) where owner_id is not null;
    create index saved_replies_team on saved_replies (team_id) where team_id is not null;
    create index saved_replies_order on saved_replies (position, id) where archived_at is null;
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table saved_replies');
}
