import { setTimeout as pause } from 'node:timers/promises';
import type { Request } from 'express';
import { TooMany } from '../../domain/errors.ts';
import { wasSubmitted } from '../../domain/submitting.ts';
import { formKey } from '../rendering/forms.ts';
import { person } from '../request.ts';

const MINUTE = 60;
/** How long the second of two presses waits for what the first one did: looks, and ms between them. */
const LOOKS = 6;
const LOOK_MS = 100;

/** Ten tickets a minute a person, two hundred an address. A repeat of a form that made one does not count. */
export async function limitCreation(req: Request): Promise<void> {
  const { limiter, config } = req.services;
  const { ticketsPerson, ticketsAddress } = config.limits;
  const counts = [
    { name: 'tickets-person', key: String(person(req).id), points: ticketsPerson },
    { name: 'tickets-address', key: req.ip ?? 'none', points: ticketsAddress },
  ].map(
    ({ name, key, points }) =>
      [name, key, { points, seconds: MINUTE }] satisfies Parameters<typeof limiter.take>,
  );
  const [repeat, ...waits] = await Promise.all([
    isRepeat(req),
    ...counts.map(count => limiter.take(...count)),
  ]);
  const wait = waits.find(seconds => seconds !== undefined);
  if (repeat) await Promise.all(counts.map(count => limiter.giveBack(...count)));
  else if (wait !== undefined) throw new TooMany(wait);
}

/** Each message mails people. An answer is shorter than a ticket: three times as many. */
export const limitComments = (req: Request) =>
  take(req, 'comments-person', req.services.config.limits.ticketsPerson * 3);

/** Letting colleagues in tells who has an account, so nobody does it by the hundred. */
export const limitWatchers = (req: Request) =>
  take(req, 'watchers-person', req.services.config.limits.ticketsPerson);

/** A look at how a text will read, and whom it can name, comes with typing: as often as suggestions do. */
export const limitLooks = (req: Request, what: 'previews' | 'colleagues' | 'tags') =>
  take(req, what, req.services.config.limits.searchPerson);

async function take(req: Request, name: string, points: number): Promise<void> {
  const wait = await req.services.limiter.take(name, String(person(req).id), { points, seconds: MINUTE });
  if (wait) throw new TooMany(wait);
}

/**
 * Sent before, and it did something: only that makes a repeat. A key that was merely seen would let everyone send each
 * form twice, the first time over the limit.
 */
async function isRepeat(req: Request): Promise<boolean> {
  const key = formKey(req);
  if (!key) return false;
  const once = { points: 1, seconds: 600 };
  const seen = await req.services.limiter.take('form', `${person(req).id}:${key}`, once);
  if (!seen) return false;
  for (let look = 1; ; look += 1) {
    if (await wasSubmitted(req.ctx, key)) return true;
    if (look === LOOKS) return false;
    await pause(LOOK_MS);
  }
}
