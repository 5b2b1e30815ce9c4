import {
  getCreateIndexesSQL,
  getCreateTableSQL,
  getUpdateTimestampTriggerSQL,
} from '@agendajs/postgres-backend';
import type { Knex } from 'knex';

/** Agenda's own table, in a schema of its own. Its rows are wake-ups: the truth is event_queue and deliveries. */
export async function up(knex: Knex) {
  await knex.raw('create schema if not exists jobs');
  await knex.raw('set local search_path = jobs, public');
  await knex.raw(getCreateTableSQL('agenda_jobs'));
  for (const sql of getCreateIndexesSQL('agenda_jobs')) await knex.raw(sql);
  await knex.raw(getUpdateTimestampTriggerSQL('agenda_jobs'));
  await knex.raw('set local search_path = public');
}

export async function down(knex: Knex) {
  await knex.raw('drop schema jobs cascade');
}
