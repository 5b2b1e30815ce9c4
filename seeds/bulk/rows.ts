import { documentOf } from '../../src/domain/search/documents.ts';
import { excerptOf } from '../../src/domain/tickets/comment.ts';
import { changesOf, versionOf } from './history.ts';
import { type Message, messagesOf, subjectOf } from './messages.ts';
import { clockOf, type Ground, type Plan, planTicket } from './plan.ts';

/** A line of PostgreSQL's text COPY for each row; a pass over all tickets makes one table. */
export type Pass = {
  table: string;
  columns: readonly string[];
  lines(ground: Ground): Iterable<{ tickets: number; text: string }>;
};

const NULL = '\\N';
const escaped = (text: string) =>
  /[\\\t\n\r]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
    : text;
const time = (at: number) => new Date(at).toISOString();
const timeIf = (when: boolean, at: number) => (when ? time(at) : NULL);

function* each(ground: Ground, text: (plan: Plan) => string) {
  for (let i = 0; i < ground.tickets; i++) yield { tickets: 1, text: text(planTicket(ground, i)) };
}

export const ticketPass: Pass = {
  table: 'tickets',
  columns: [
    ...['id', 'number', 'subject', 'excerpt', 'status', 'status_kind', 'waiting_on', 'priority', 'source'],
    ...[
      'requester_id',
      'category_id',
      'team_id',
      'assignee_id',
      'version',
      'needs_reply',
      'due_at',
      'due_state',
    ],
    ...['first_response_at', 'resolved_at', 'closed_at', 'created_at', 'updated_at'],
  ],
  lines: ground => each(ground, plan => ticketLine(ground, plan)),
};

function ticketLine(ground: Ground, plan: Plan): string {
  const { dueAt, state } = clockOf(plan, ground.now);
  const isDone = plan.status === 'resolved' || plan.status === 'closed';
  const closedAt =
    plan.status === 'closed' ? Math.min(plan.lastAt + 3 * 86_400_000, ground.now) : plan.lastAt;
  return `${[
    ground.firstId + plan.i,
    ground.firstNumber + plan.i,
    escaped(subjectOf(plan)),
    escaped(lastWordOf(plan)),
    plan.status,
    plan.kind,
    plan.waitingOn ?? NULL,
    plan.priority,
    plan.i % 4 === 1 ? 'email' : 'web',
    plan.requester,
    plan.category ?? NULL,
    plan.team ?? NULL,
    plan.assignee ?? NULL,
    versionOf(plan),
    plan.needsReply ? 't' : 'f',
    dueAt ? dueAt.toISOString() : NULL,
    state,
    timeIf(
      plan.kind !== 'new' && plan.comments > 1 && plan.status !== 'withdrawn',
      plan.createdAt + (plan.lastAt - plan.createdAt) / 2,
    ),
    timeIf(isDone, plan.lastAt),
    timeIf(plan.kind === 'closed', closedAt),
    time(plan.createdAt),
    time(plan.kind === 'closed' ? closedAt : plan.lastAt),
  ].join('\t')}\n`;
}

/** The queue shows the beginning of what the requester wrote last. */
function lastWordOf(plan: Plan): string {
  let last = '';
  for (const message of messagesOf(plan)) if (message.author === plan.requester) last = message.body;
  return excerptOf(last);
}

export const commentPass: Pass = {
  table: 'comments',
  columns: ['id', 'ticket_id', 'author_id', 'kind', 'body', 'created_at'],
  lines: ground => {
    let id = ground.firstComment;
    return each(ground, plan => {
      let text = '';
      for (const { author, kind, body, at } of messagesOf(plan)) {
        text += `${id++}\t${ground.firstId + plan.i}\t${author}\t${kind}\t${escaped(body)}\t${time(at)}\n`;
      }
      return text;
    });
  },
};

export const eventPass: Pass = {
  table: 'events',
  columns: [
    ...['id', 'occurred_at', 'type', 'actor_id', 'actor_kind', 'object_type', 'object_id', 'object_label'],
    ...['ticket_id', 'comment_id', 'to_status', 'changes', 'data'],
  ],
  lines: ground => {
    let id = ground.firstEvent;
    let comment = ground.firstComment;
    return each(ground, plan => {
      const ticket = ground.firstId + plan.i;
      const about = `ticket\t${ticket}\t#${ground.firstNumber + plan.i}\t${ticket}`;
      let text = `${id++}\t${time(plan.createdAt)}\tticket.created\t${plan.requester}\tperson\t${about}\t${comment}\tnew\t{}\t{"requesterId":${plan.requester},"source":"web"}\n`;
      comment += plan.comments;
      const changes = changesOf(plan);
      changes.forEach(({ actor, to, changes: from, data }, n) => {
        const at = plan.createdAt + ((plan.lastAt - plan.createdAt) * (n + 1)) / changes.length;
        text += `${id++}\t${time(at)}\tticket.changed\t${actor ?? NULL}\t${actor ? 'person' : 'system'}\t${about}\t${NULL}\t${to}\t${from}\t${data}\n`;
      });
      return text;
    });
  },
};

/** By the same words as the live index, from the same texts, without asking the database for them. */
export const documentPass: Pass = {
  table: 'ticket_documents',
  columns: ['ticket_id', 'public_words', 'staff_words'],
  lines: ground =>
    each(ground, plan => {
      const messages: Message[] = [...messagesOf(plan)];
      const bodies = (kind: string) =>
        messages.filter(message => message.kind === kind).map(message => message.body);
      const notes = bodies('note');
      const document = documentOf({
        number: ground.firstNumber + plan.i,
        subject: subjectOf(plan),
        replies: bodies('reply'),
        notes: notes.length > 0 ? notes : null,
        teamIds: [plan.team ?? 0],
        requesterId: plan.requester,
        watcherIds: [],
      });
      return `${ground.firstId + plan.i}\t${document.public}\t${document.staff ?? NULL}\n`;
    }),
};
