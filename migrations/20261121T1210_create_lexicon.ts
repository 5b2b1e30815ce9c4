import type { Knex } from 'knex';

/**
 * The words of all search documents and in how many they stand: it tells a common word from a rare one before a
 * search, and which words are like one that nobody wrote. Indexing only adds rows to `lexicon_changes`, so two
 * tickets with the same word never wait for each other; a job folds them (src/domain/search/lexicon.ts).
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create extension if not exists pg_trgm;
    create table lexicon (
      word text collate "C" primary key,
      documents bigint not null
    );
    create index lexicon_similar on lexicon using gin (word gin_trgm_ops);
    create table lexicon_changes (
      id bigint generated always as identity primary key,
      word text not null,
      documents integer not null
    );
  `);
}

export async function down(knex: Knex) {
  await knex.raw('drop table lexicon_changes, lexicon; drop extension pg_trgm');
}
