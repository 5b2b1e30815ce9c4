import type { Knex } from 'knex';

/**
 * "assignee:anna" wants the newest of many thousands, so the index gives them in that order. What somebody asked for
 * is told with when and for whom, so that a search needs only the index to leave out what it met already.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index tickets_assignee;
    create index tickets_assignee on tickets (assignee_id, created_at desc, id desc) where assignee_id is not null;
    drop index tickets_requester;
    create index tickets_requester on tickets (requester_id, updated_at desc, id desc) include (created_at, queue_team);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index tickets_assignee;
    create index tickets_assignee on tickets (assignee_id) where assignee_id is not null;
    drop index tickets_requester;
    create index tickets_requester on tickets (requester_id, updated_at desc, id desc);
  `);
}
