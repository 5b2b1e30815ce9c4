import type { Knex } from 'knex';

/**
 * What a coordinator asked for themselves is taken off the counts of what they work: read from the index alone, their
 * open tickets only, however many they ever asked for.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create index tickets_requester_open on tickets (requester_id, queue_team)
      include (id, assignee_id, status_kind, needs_reply, due_state)
      where status_kind <> 'closed' and spam_at is null`);
}

export async function down(knex: Knex) {
  await knex.raw('drop index tickets_requester_open');
}
