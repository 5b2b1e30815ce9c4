import type { Tx } from '../src/domain/context.ts';

/** Search documents of what was just told. */
export async function indexDemo(tx: Tx, ids: number[]): Promise<void> {
  const documents = '../src/domain/search/documents.ts';
  const { indexTickets } = (await import(documents).catch(() => ({}))) as {
    indexTickets?: (db: Tx['db'], ids: number[]) => Promise<void>;
  };
  await indexTickets?.(tx.db, ids);
}
