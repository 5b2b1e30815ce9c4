import type { Request } from 'express';
import { matchingIds } from '../../domain/search/matching.ts';
import type { QueueFilter } from '../../domain/tickets/filtering.ts';
import { limitSearch } from '../search/limiting.ts';
import type { ListAddress } from './address.ts';

/** The list's filter, narrowed to what a search for its words found. */
export async function searched(req: Request, { q, filter }: ListAddress): Promise<QueueFilter> {
  if (!q) return filter;
  await limitSearch(req);
  return { ...filter, ids: await matchingIds(req.ctx, q) };
}
