import type { Knex } from 'knex';

/**
 * Which tags are on the tickets of a team (0: of none), for suggestions: a coordinator is offered no word of a team
 * whose tickets they may not see. Changes are added as rows of their own, so that two tickets given the same tag never
 * wait for each other; a job folds them. In "C" order a prefix is a range of the index.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    lock table tickets in share row exclusive mode;

    create table team_tags (
      queue_team bigint not null,
      name text collate "C" not null,
      n bigint not null,
      folded boolean not null default false
    );
    insert into team_tags (queue_team, name, n, folded)
    select queue_team, name, count(*), true from tickets, unnest(tags) as name where tags <> '{}' group by 1, 2;
    create index team_tags_name on team_tags (queue_team, name) include (n);
    create index team_tags_unfolded on team_tags (queue_team, name) where not folded;

    create function count_tags_of_teams() returns trigger language plpgsql as $$
    begin
      insert into team_tags (queue_team, name, n)
      select queue_team, name, sum(n) from (
        select new.queue_team, unnest(new.tags), 1
        union all
        select old.queue_team, unnest(old.tags), -1
      ) as each (queue_team, name, n) group by 1, 2 having sum(n) <> 0;
      return null;
    end $$;

    create trigger team_tags_new after insert on tickets for each row
      when (new.tags <> '{}') execute function count_tags_of_teams();
    create trigger team_tags_changed after update of tags, team_id on tickets for each row
      when (new.tags is distinct from old.tags or new.team_id is distinct from old.team_id)
      execute function count_tags_of_teams();
    create trigger team_tags_gone after delete on tickets for each row
      when (old.tags <> '{}') execute function count_tags_of_teams();
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop trigger team_tags_gone on tickets;
    drop trigger team_tags_changed on tickets;
    drop trigger team_tags_new on tickets;
    drop function count_tags_of_teams();
    drop table team_tags;
  `);
}
