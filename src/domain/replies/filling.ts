import { isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import type { Ticket } from '../tickets/ticket.ts';
import { fillPlaceholders } from './placeholder.ts';

/** A text with the values of this ticket and of the person who uses it. */
export const fillFor = (ctx: Context, ticket: Ticket, text: string): string =>
  fillPlaceholders(text, {
    ticket,
    requester: ticket.requester,
    me: isPerson(ctx.actor) ? ctx.actor : null,
    company: ctx.settings.companyName,
    t: ctx.t,
  }).trim();
