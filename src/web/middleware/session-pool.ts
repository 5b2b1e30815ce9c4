import type { Knex } from 'knex';
import type { Pool } from 'pg';
import { withinTime } from '../../platform/patience.ts';
import { FIRST_ANSWER_MS } from './first-answer.ts';

/**
 * What connect-pg-simple needs of a pg.Pool, on the connections the process has anyway:
 * sessions in the database cost no second pool.
 */
export const sessionPool = (db: Knex): Pool =>
  ({
    query(text: string, values: unknown[], callback?: (error: Error | null, result?: unknown) => void) {
      const answer = withinTime(run(db, text, values), FIRST_ANSWER_MS);
      if (!callback) return answer;
      answer.then(
        result => callback(null, result),
        (error: Error) => callback(error),
      );
      return undefined;
    },
    end: async () => {},
  }) as unknown as Pool;

const run = (db: Knex, text: string, values: unknown[] = []) => {
  // knex wants `?`; each $n is used once and in order in that library's five statements.
  const order = [...text.matchAll(/\$(\d+)/g)].map(match => Number(match[1]) - 1);
  return db
    .raw(text.replace(/\$\d+/g, '?'), order.map(index => values[index]) as never)
    .then((result: unknown) => result);
};
