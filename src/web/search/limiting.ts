import type { Request } from 'express';
import { TooMany } from '../../domain/errors.ts';
import { person } from '../request.ts';

/** One count for whatever looks for words, wherever the box stands. */
export async function limitSearch(req: Request): Promise<void> {
  const { limiter, config } = req.services;
  const limit = { points: config.limits.searchPerson, seconds: 60 };
  const wait = await limiter.take('search', String(person(req).id), limit);
  if (wait) throw new TooMany(wait);
}
