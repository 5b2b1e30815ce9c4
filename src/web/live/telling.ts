import type { Audience } from '../../domain/tickets/audience.ts';
import type { Gathered } from './gathering.ts';
import { type Stream, ticketOf } from './stream.ts';

/** Whoever may no longer be here is shown out; a page that lost its ticket does not come back for it. */
export function staysOpen(stream: Stream, audience: Audience): boolean {
  const id = ticketOf(stream);
  if (id ? audience.sees(stream, id) : audience.isStaff(stream)) return true;
  stream.tell('end');
  stream.end();
  return false;
}

/** Tells one page what of all that it may know of. `spread` is the time within which all of them may ask for it. */
export function tell(stream: Stream, audience: Audience, gathered: Gathered, spread: number): void {
  if (gathered.missed) {
    stream.tell('refresh', { within: spread * 2 });
    return;
  }
  const id = ticketOf(stream);
  if (id) tellTicket(stream, audience, gathered, id);
  if (!audience.isStaff(stream) || !gathered.listed.some(each => audience.works(stream, each))) return;
  stream.tell('counts', { within: spread });
  if (stream.topic === 'queue') stream.tell('tickets', { within: spread });
}

function tellTicket(stream: Stream, audience: Audience, { presence }: Gathered, id: number) {
  const own = audience.events(stream, id);
  const comment = own.findLast(event => event.commentId)?.commentId;
  if (own.length > 0) stream.tell('ticket', comment ? { comment } : {});
  const moved = presence.get(id)?.some(by => by !== stream.userId);
  if (moved && audience.works(stream, id)) stream.tell('presence');
}
