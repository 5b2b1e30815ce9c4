import type { Knex } from 'knex';

/** How a team's tickets find an owner, when people are there, and what waits for somebody. */
export async function up(knex: Knex) {
  await knex.raw(`
    -- Set while somebody has said that they are away for the moment.
    alter table users add column away_since timestamptz;

    -- Own hours (none: the company's) and the days away, both in the person's time zone.
    create table working_times (
      user_id bigint primary key references users (id),
      days smallint[] check (days <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]),
      starts text check (starts ~ '^[0-2][0-9]:[0-5][0-9]$'),
      ends text check (ends ~ '^[0-2][0-9]:[0-5][0-9]$'),
      absent_from date,
      absent_until date,
      version integer not null default 1,
      check ((days is null) = (starts is null) and (days is null) = (ends is null)),
      check (absent_until is null or absent_until >= absent_from)
    );

    create table team_assignments (
      team_id bigint primary key references teams (id),
      method text not null default 'off' check (method in ('off', 'round-robin', 'least-loaded')),
      sticky_days smallint check (sticky_days between 1 and 365),
      max_open smallint check (max_open between 1 and 500),
      away_hours smallint check (away_hours between 1 and 720),
      -- Turns given out so far; its row is the lock that makes them follow one another.
      turns bigint not null default 0,
      version integer not null default 1
    );
    -- The last turn the member had: the smallest is next.
    alter table team_members add column turn bigint not null default 0;

    -- Tickets that came to a team and still look for an owner.
    create table assignment_queue (
      ticket_id bigint primary key references tickets (id),
      team_id bigint not null references teams (id),
      wanted_at timestamptz not null default now()
    );
    create index assignment_queue_team on assignment_queue (team_id, wanted_at, ticket_id);

    create table hand_overs (
      id bigint generated always as identity primary key,
      from_id bigint not null references users (id),
      -- Nobody: back to the queue of their teams.
      to_id bigint references users (id),
      wanted_by bigint not null references users (id),
      after_id bigint not null default 0,
      moved integer not null default 0,
      kept integer not null default 0,
      created_at timestamptz not null default now(),
      ended_at timestamptz
    );
    create index hand_overs_open on hand_overs (id) where ended_at is null;
    create index hand_overs_from on hand_overs (from_id);
    create index hand_overs_to on hand_overs (to_id);
    create index hand_overs_wanted_by on hand_overs (wanted_by);
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop table hand_overs, assignment_queue, team_assignments, working_times;
    alter table team_members drop column turn;
    alter table users drop column away_since;
  `);
}
