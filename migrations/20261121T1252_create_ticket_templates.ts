import type { Knex } from 'knex';

/** How a kind of ticket begins: its words, where it goes, and what is to be done on it. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table ticket_templates (
      id bigint generated always as identity primary key,
      name text not null check (length(name) between 1 and 120),
      -- Who begins a ticket with it: everybody, every coordinator, or those of one team.
      audience text not null default 'desk' check (audience in ('everyone', 'desk', 'team')),
      audience_team_id bigint references teams (id),
      subject text not null default '' check (length(subject) <= 200),
      body text not null default '',
      category_id bigint references categories (id),
      priority text check (priority in ('low', 'medium', 'high', 'urgent')),
      team_id bigint references teams (id),
      assignee_id bigint references users (id),
      tags text[] not null default '{}',
      checklist text[] not null default '{}',
      version integer not null default 1,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      check ((audience = 'team') = (audience_team_id is not null))
    );
    create unique index ticket_templates_name on ticket_templates (lower(name)) where archived_at is null;
    create index ticket_templates_audience_team on ticket_templates (audience_team_id);
    create index ticket_templates_category on ticket_templates (category_id);
    create index ticket_templates_team on ticket_templates (team_id);
    create index ticket_templates_assignee on ticket_templates (assignee_id);
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table ticket_templates');
}
