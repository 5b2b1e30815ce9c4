import type { Knex } from 'knex';

/**
 * Counts of tickets that are not closed, as insert-only deltas a cell (team, assignee, kind, needs reply, due):
 * no row is hot, a job folds them. Statement triggers keep them true whatever path a ticket takes.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create table ticket_counts (
      team_id bigint,
      assignee_id bigint,
      status_kind text not null,
      needs_reply boolean not null,
      due_state text not null,
      n integer not null
    );
    create index ticket_counts_team on ticket_counts ((coalesce(team_id, 0))) include (assignee_id, status_kind, needs_reply, due_state, n);
    create index ticket_counts_assignee on ticket_counts (assignee_id) include (status_kind, needs_reply, due_state, n);

    create function count_new_tickets() returns trigger language plpgsql as $$
    begin
      insert into ticket_counts
      select team_id, assignee_id, status_kind, needs_reply, due_state, count(*)
      from new_rows where status_kind <> 'closed' and spam_at is null group by 1, 2, 3, 4, 5;
      return null;
    end $$;

    create function count_gone_tickets() returns trigger language plpgsql as $$
    begin
      insert into ticket_counts
      select team_id, assignee_id, status_kind, needs_reply, due_state, -count(*)
      from old_rows where status_kind <> 'closed' and spam_at is null group by 1, 2, 3, 4, 5;
      return null;
    end $$;

    create function count_changed_tickets() returns trigger language plpgsql as $$
    begin
      insert into ticket_counts
      select team_id, assignee_id, status_kind, needs_reply, due_state, sum(n) from (
        select team_id, assignee_id, status_kind, needs_reply, due_state, 1 as n from new_rows where status_kind <> 'closed' and spam_at is null
        union all
        select team_id, assignee_id, status_kind, needs_reply, due_state, -1 from old_rows where status_kind <> 'closed' and spam_at is null
      ) as cells group by 1, 2, 3, 4, 5 having sum(n) <> 0;
      return null;
    end $$;

    create trigger tickets_count_insert after insert on tickets referencing new table as new_rows
      for each statement execute function count_new_tickets();
    create trigger tickets_count_update after update on tickets referencing old table as old_rows new table as new_rows
      for each statement execute function count_changed_tickets();
    create trigger tickets_count_delete after delete on tickets referencing old table as old_rows
      for each statement execute function count_gone_tickets();
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop trigger tickets_count_insert on tickets;
    drop trigger tickets_count_update on tickets;
    drop trigger tickets_count_delete on tickets;
    drop function count_new_tickets(), count_gone_tickets(), count_changed_tickets();
    drop table ticket_counts;
  `);
}
