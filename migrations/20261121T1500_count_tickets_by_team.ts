import type { Knex } from 'knex';

/**
 * The cells of a team without who has its tickets: a sidebar adds up a few dozen of them, where it had read one for
 * every colleague, and the person's own beside. The same triggers keep both, the same job folds both.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    lock table tickets in share row exclusive mode;

    create table team_ticket_counts (
      team_id bigint,
      unassigned boolean not null,
      status_kind text not null,
      needs_reply boolean not null,
      due_state text not null,
      n integer not null
    );
    create index team_ticket_counts_team on team_ticket_counts ((coalesce(team_id, 0))) include (unassigned, status_kind, needs_reply, due_state, n);

    insert into team_ticket_counts
    select team_id, assignee_id is null, status_kind, needs_reply, due_state, sum(n) from ticket_counts
    group by 1, 2, 3, 4, 5 having sum(n) <> 0;

    drop index ticket_counts_team;
    drop index ticket_counts_assignee;
    create index ticket_counts_assignee on ticket_counts (assignee_id) include (team_id, status_kind, n);

    create or replace function count_new_tickets() returns trigger language plpgsql as $$
    begin
      with cells as (
        select team_id, assignee_id, status_kind, needs_reply, due_state, count(*) as n
        from new_rows where status_kind <> 'closed' and spam_at is null group by 1, 2, 3, 4, 5
      ), own as (insert into ticket_counts select * from cells)
      insert into team_ticket_counts
      select team_id, assignee_id is null, status_kind, needs_reply, due_state, sum(n) from cells group by 1, 2, 3, 4, 5;
      return null;
    end $$;

    create or replace function count_gone_tickets() returns trigger language plpgsql as $$
    begin
      with cells as (
        select team_id, assignee_id, status_kind, needs_reply, due_state, -count(*) as n
        from old_rows where status_kind <> 'closed' and spam_at is null group by 1, 2, 3, 4, 5
      ), own as (insert into ticket_counts select * from cells)
      insert into team_ticket_counts
      select team_id, assignee_id is null, status_kind, needs_reply, due_state, sum(n) from cells group by 1, 2, 3, 4, 5;
      return null;
    end $$;

    create or replace function count_changed_tickets() returns trigger language plpgsql as $$
    begin
      with cells as (
        select team_id, assignee_id, status_kind, needs_reply, due_state, sum(n) as n from (
          select team_id, assignee_id, status_kind, needs_reply, due_state, 1 as n from new_rows where status_kind <> 'closed' and spam_at is null
          union all
          select team_id, assignee_id, status_kind, needs_reply, due_state, -1 from old_rows where status_kind <> 'closed' and spam_at is null
        ) as each group by 1, 2, 3, 4, 5 having sum(n) <> 0
      ), own as (insert into ticket_counts select * from cells)
      insert into team_ticket_counts
      select team_id, assignee_id is null, status_kind, needs_reply, due_state, sum(n) from cells
      group by 1, 2, 3, 4, 5 having sum(n) <> 0;
      return null;
    end $$;
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    lock table tickets in share row exclusive mode;

    create or replace function count_new_tickets() returns trigger language plpgsql as $$
    begin
      insert into ticket_counts
      select team_id, assignee_id, status_kind, needs_reply, due_state, count(*)
      from new_rows where status_kind <> 'closed' and spam_at is null group by 1, 2, 3, 4, 5;
      return null;
    end $$;

    create or replace function count_gone_tickets() returns trigger language plpgsql as $$
    begin
      insert into ticket_counts
      select team_id, assignee_id, status_kind, needs_reply, due_state, -count(*)
      from old_rows where status_kind <> 'closed' and spam_at is null group by 1, 2, 3, 4, 5;
      return null;
    end $$;

    create or replace function count_changed_tickets() returns trigger language plpgsql as $$
    begin
      insert into ticket_counts
      select team_id, assignee_id, status_kind, needs_reply, due_state, sum(n) from (
        select team_id, assignee_id, status_kind, needs_reply, due_state, 1 as n from new_rows where status_kind <> 'closed' and spam_at is null
        union all
        select team_id, assignee_id, status_kind, needs_reply, due_state, -1 from old_rows where status_kind <> 'closed' and spam_at is null
      ) as cells group by 1, 2, 3, 4, 5 having sum(n) <> 0;
      return null;
    end $$;

    drop table team_ticket_counts;
    drop index ticket_counts_assignee;
    create index ticket_counts_team on ticket_counts ((coalesce(team_id, 0))) include (assignee_id, status_kind, needs_reply, due_state, n);
    create index ticket_counts_assignee on ticket_counts (assignee_id) include (status_kind, needs_reply, due_state, n);
  `);
}
