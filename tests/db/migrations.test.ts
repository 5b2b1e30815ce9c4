import { expect, test } from 'vitest';
import { testDatabase } from '../support/db.ts';

const { db } = await testDatabase();
test('a test gets a migrated database', async () => {
  expect(await db('users').count()).toEqual([{ count: 0 }]);
});
