import type { Request } from 'express';
import type { Ticket } from '../../domain/tickets/ticket.ts';
import type { Timeline } from '../../domain/tickets/timeline.ts';
import { createFormatting } from '../rendering/formatting.ts';

export type Step = { label: string; detail: string; state: 'done' | 'current' | 'ahead' };

/** Where the ticket is, in the words of somebody who waits for it. */
export function progressOf(req: Request, ticket: Ticket, timeline: Timeline): Step[] {
  const { t } = req;
  const fmt = createFormatting({ locale: req.locale, timeZone: req.timeZone, t, now: req.ctx.now() });
  const pickedUp = timeline.entries.find(entry => entry.is === 'event' && entry.changes.assigneeId?.[1]);
  const owner = ticket.assignee?.firstName;
  const steps: (Step | undefined)[] = [
    { label: t('Received'), detail: fmt.clock(ticket.createdAt), state: 'done' },
    {
      label: owner ? t('Picked up by {{name}}', { name: owner }) : t('Picked up'),
      detail: pickedUp ? fmt.clock(pickedUp.at) : '',
      state: owner || ticket.firstResponseAt ? 'done' : 'ahead',
    },
    {
      label: t('Being fixed'),
      detail: ticket.firstResponseAt ? fmt.clock(ticket.firstResponseAt) : '',
      state: ticket.firstResponseAt ? 'done' : 'ahead',
    },
    lastStep(ticket, t, fmt),
  ];
  const all = steps.filter(step => step !== undefined);
  const ended = ['resolved', 'closed'].includes(ticket.statusKind);
  const current = ended
    ? all.length - 1
    : Math.max(
        0,
        all.findLastIndex(step => step.state === 'done'),
      );
  return all.map((step, i) => ({
    ...step,
    state: i === current ? 'current' : i < current ? 'done' : 'ahead',
  }));
}

function lastStep(ticket: Ticket, t: Request['t'], fmt: ReturnType<typeof createFormatting>): Step {
  if (ticket.status === 'withdrawn')
    return {
      label: t('Withdrawn'),
      detail: ticket.closedAt ? fmt.clock(ticket.closedAt) : '',
      state: 'ahead',
    };
  if (ticket.statusKind === 'closed')
    return { label: t('Closed'), detail: ticket.closedAt ? fmt.clock(ticket.closedAt) : '', state: 'ahead' };
  if (ticket.statusKind === 'resolved')
    return {
      label: t('Solved'),
      detail: ticket.resolvedAt ? t('{{time}}, check it works', { time: fmt.clock(ticket.resolvedAt) }) : '',
      state: 'ahead',
    };
  return { label: t('Solved'), detail: '', state: 'ahead' };
}
