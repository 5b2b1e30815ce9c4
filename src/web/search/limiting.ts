import type { Request } from 'express';
import { TooMany } from '../../domain/errors.ts';
import { person } from '../request.ts';

/** One count for whatever looks for words, wherever the box stands; suggestions are counted apart. */
export async function limitSearch(req: Request, what: 'search' | 'suggestions' = 'search'): Promise<void> {
  const { limiter, config } = req.services;
  const limit = { points: config.limits.searchPerson, seconds: 60 };
  const wait = await limiter.take(what, String(person(req).id), limit);
  if (wait) throw new TooMany(wait);
}
