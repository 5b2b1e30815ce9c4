import type { Knex } from 'knex';

/**
 * A merged ticket keeps its messages, its people and its rights: it is closed and points to where the work goes on
 * (docs/decisions/0025-a-merge-moves-nothing.md). A row here remembers what an undo gives back.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    alter table tickets add column merged_into bigint references tickets (id),
      add constraint tickets_merged_closed check (merged_into is null or (status_kind = 'closed' and merged_into <> id));
    create index tickets_merged_into on tickets (merged_into) where merged_into is not null;
    create table ticket_merges (
      id bigint generated always as identity primary key,
      source_id bigint not null references tickets (id),
      target_id bigint not null references tickets (id),
      merged_by bigint references users (id),
      merged_at timestamptz not null,
      -- What source and target were before, and whom the target got with it.
      source_before jsonb not null,
      target_before jsonb not null,
      carried bigint[] not null default '{}',
      undone_at timestamptz
    );
    create unique index ticket_merges_source on ticket_merges (source_id) where undone_at is null;
    create index ticket_merges_target on ticket_merges (target_id);
    create index ticket_merges_of on ticket_merges (source_id);
    create index ticket_merges_by on ticket_merges (merged_by);
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table ticket_merges; alter table tickets drop column merged_into');
}
