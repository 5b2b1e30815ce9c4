import type { Knex } from 'knex';

export async function up(knex: Knex) {
  await knex.raw(`
    create extension if not exists unaccent;

    -- unaccent() is only stable, since its dictionary could change; an index needs an immutable one.
    create function plain_text(value text) returns text language sql immutable parallel safe strict
      as $$ select public.unaccent('public.unaccent'::regdictionary, lower(value)) $$;

    create table settings (
      key text primary key,
      value jsonb not null,
      version integer not null default 1,
      updated_at timestamptz not null default now()
    );

    create table departments (
      id bigint generated always as identity primary key,
      name text not null check (length(name) between 1 and 120),
      manager_id bigint,
      version integer not null default 1,
      archived_at timestamptz,
      created_at timestamptz not null default now()
    );
    create unique index departments_name on departments (lower(name)) where archived_at is null;

    create table users (
      id bigint generated always as identity primary key,
      email text check (length(email) <= 254),
      first_name text not null default '' check (length(first_name) <= 80),
      last_name text not null default '' check (length(last_name) <= 80),
      company_id text check (length(company_id) <= 40),
      department_id bigint references departments (id),
      role text not null default 'employee' check (role in ('employee', 'coordinator', 'admin')),
      status text not null default 'pending' check (status in ('pending', 'active', 'suspended', 'rejected')),
      phone_encrypted text,
      password_hash text,
      email_verified_at timestamptz,
      session_epoch integer not null default 0,
      locale text,
      time_zone text,
      shortcuts boolean not null default true,
      source text not null default 'sign-up' check (source in ('sign-up', 'invitation', 'import', 'setup', 'mail', 'seed')),
      source_ref text unique,
      version integer not null default 1,
      unread integer not null default 0,
      last_seen_at timestamptz,
      created_at timestamptz not null default now(),
      anonymised_at timestamptz
    );
    create unique index users_email on users (lower(email));
    create unique index users_company_id on users (lower(company_id));
    create index users_department on users (department_id);
    create index users_status on users (status, created_at, id);
    create index users_name on users (lower(last_name), lower(first_name), id);
    create index users_staff on users (id) where role in ('coordinator', 'admin');
    alter table departments add foreign key (manager_id) references users (id);
    create index departments_manager on departments (manager_id);

    create table teams (
      id bigint generated always as identity primary key,
      name text not null check (length(name) between 1 and 120),
      description text not null default '',
      lead_id bigint references users (id),
      version integer not null default 1,
      archived_at timestamptz,
      created_at timestamptz not null default now()
    );
    create unique index teams_name on teams (lower(name)) where archived_at is null;
    create index teams_lead on teams (lead_id);

    create table team_members (
      team_id bigint not null references teams (id),
      user_id bigint not null references users (id),
      primary key (team_id, user_id)
    );
    create index team_members_user on team_members (user_id);

    -- One row a signed-in device. The session itself is in Redis or in web_sessions.
    create table user_sessions (
      id bigint generated always as identity primary key,
      user_id bigint not null references users (id),
      sid_hash text not null unique,
      address text,
      user_agent text,
      created_at timestamptz not null default now(),
      seen_at timestamptz not null default now(),
      ended_at timestamptz
    );
    create index user_sessions_user on user_sessions (user_id) where ended_at is null;

    -- Links from mail: only the hash of the token is kept, each works once.
    create table user_tokens (
      id bigint generated always as identity primary key,
      user_id bigint not null references users (id),
      purpose text not null check (purpose in ('verify-email', 'reset-password', 'invitation')),
      token_hash text not null unique,
      expires_at timestamptz not null,
      used_at timestamptz,
      created_at timestamptz not null default now()
    );
    create index user_tokens_user on user_tokens (user_id, purpose);

    create table web_sessions (
      sid varchar primary key,
      sess json not null,
      expire timestamp(6) not null
    );
    create index web_sessions_expire on web_sessions (expire);

    -- Counters may be lost in a crash; without the log they cost no write to disk.
    create unlogged table rate_limits (
      key varchar(255) primary key,
      points integer not null default 0,
      expire bigint
    );
    create index rate_limits_expire on rate_limits (expire);
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop table rate_limits, web_sessions, user_tokens, user_sessions, team_members, teams, settings cascade;
    alter table departments drop constraint departments_manager_id_fkey;
    drop table users, departments;
    drop function plain_text(text);
    drop extension unaccent;
  `);
}
