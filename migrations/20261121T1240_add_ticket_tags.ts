import type { Knex } from 'knex';

/**
 * Tags are a property of the ticket. The table knows every name once, for suggestions: `uses` follows by events, so
 * that two tickets given the same tag never wait for each other. In "C" order a prefix is a range of the key.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    alter table tickets add column tags text[] not null default '{}' check (cardinality(tags) <= 20);
    create index tickets_tags on tickets using gin (tags);
    create table tags (
      name text collate "C" primary key check (length(name) between 1 and 40),
      tone text,
      uses bigint not null default 0,
      created_at timestamptz not null default now()
    );
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table tags; alter table tickets drop column tags');
}
