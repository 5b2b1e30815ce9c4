import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import type { Facts } from './facts.ts';
import type { Previewed, PreviewRow } from './previewing.ts';
import type { BulkTask } from './task.ts';

/**
 * About how many mails an act will send: who is told follows notifications/recipients.ts, before anybody's own
 * choices. An upper bound; it is there so that nobody starts a storm without knowing.
 */
export function mailsFor(ctx: Context, task: BulkTask, facts: Facts, rows: readonly PreviewRow[]): number {
  const me = personId(ctx.actor);
  const requester = (ticket: Previewed) => (ticket.requesterHasMail && ticket.requesterId !== me ? 1 : 0);
  const audience = (ticket: Previewed) => requester(ticket) + ticket.watchers;
  const each = (ticket: Previewed): number => {
    const status = facts.status;
    switch (task.act) {
      case 'reply':
        return audience(ticket);
      case 'macro': {
        const speaks = facts.macro?.body && facts.macro.says === 'reply';
        return speaks || facts.macro?.actions?.status ? audience(ticket) : 0;
      }
      case 'status':
      case 'solve':
      case 'close': {
        const on = task.act === 'status' ? task.parameters.waitingOn : null;
        const asks = (ticket.waitingOn === 'requester') !== (on === 'requester');
        return status && (status.employeeName !== ticket.employeeStatusName || asks) ? audience(ticket) : 0;
      }
      case 'merge':
        return audience(ticket);
      case 'assign':
        return facts.assignee && facts.assignee.id !== me ? 1 : 0;
      case 'team':
        return facts.team && ticket.assigneeId === null ? facts.team.members : 0;
      default:
        return 0;
    }
  };
  return rows.reduce((sum, { state, ticket }) => sum + (state === 'changed' ? each(ticket) : 0), 0);
}
