import type { Knex } from 'knex';

export async function up(knex: Knex) {
  await knex.raw(`
    -- A list that somebody named: a view of the queue with filters, order and words. It holds a question, never
    -- tickets: whoever opens it sees what of it is theirs.
    create table saved_views (
      id bigint generated always as identity primary key,
      owner_id bigint not null references users (id),
      scope text not null default 'own' check (scope in ('own', 'team', 'everyone')),
      team_id bigint references teams (id),
      name text not null check (length(name) between 1 and 60),
      base text not null,
      sort text,
      q text not null default '' check (length(q) <= 200),
      filters jsonb not null default '{}',
      columns text[],
      position integer not null default 0,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      check ((team_id is not null) = (scope = 'team'))
    );
    create index saved_views_owner on saved_views (owner_id, position, id);
    create index saved_views_team on saved_views (team_id, position, id) where team_id is not null;
    create index saved_views_everyone on saved_views (position, id) where scope = 'everyone';

    -- How a person likes their lists; none is the usual way.
    create table queue_displays (
      user_id bigint primary key references users (id),
      columns text[] not null,
      density text not null default 'comfortable' check (density in ('comfortable', 'compact')),
      updated_at timestamptz not null default now()
    );
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table queue_displays, saved_views');
}
