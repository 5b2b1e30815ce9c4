import type { Knex } from 'knex';

/** One act on many tickets, and each ticket of it: what is left to do, what was done, what an undo puts back. */
export async function up(knex: Knex) {
  await knex.raw(`
    create table bulk_runs (
      id bigint generated always as identity primary key,
      actor_id bigint not null references users (id),
      act text not null check (length(act) between 1 and 40),
      parameters jsonb not null default '{}',
      -- The tickets that were ticked, or a whole list as it was at that moment; and the page to go back to.
      source jsonb not null default '{}',
      state text not null default 'planned' check (state in ('planned', 'running', 'done', 'undone', 'cancelled')),
      undo_of bigint unique references bulk_runs (id) on delete set null,
      total integer not null check (total >= 0),
      -- Asked for and not there for this person: foreign and absent alike, so they are not kept as items.
      missing integer not null default 0 check (missing >= 0),
      stop_reason text check (stop_reason in ('asked', 'rights')),
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      check (state <> 'planned' or started_at is null)
    );
    create index bulk_runs_actor on bulk_runs (actor_id, id desc);
    create index bulk_runs_running on bulk_runs (started_at, id) where state = 'running';
    create index bulk_runs_planned on bulk_runs (created_at) where state = 'planned';

    create table bulk_items (
      run_id bigint not null references bulk_runs (id) on delete cascade,
      position integer not null,
      ticket_id bigint not null references tickets (id),
      state text not null default 'waiting' check (state in ('waiting', 'changed', 'unchanged', 'refused', 'undone')),
      reason text,
      attempts integer not null default 0,
      before jsonb,
      after jsonb,
      done_at timestamptz,
      primary key (run_id, position),
      check ((state = 'waiting') = (done_at is null))
    );
    create unique index bulk_items_ticket on bulk_items (ticket_id, run_id);
    create index bulk_items_waiting on bulk_items (run_id, position) where state = 'waiting';
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table bulk_items, bulk_runs');
}
