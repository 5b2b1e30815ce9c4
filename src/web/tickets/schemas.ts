import { z } from 'zod';
import { MAX_BODY } from '../../domain/tickets/comment.ts';
import type { Seen } from '../../domain/tickets/sending.ts';
import type { Translate } from '../../platform/translating.ts';
import { fields } from '../rendering/forms.ts';

const impacts = ['a-little', 'a-lot', 'stopped'] as const;

export const newTicketSchema = (t: Translate) => {
  const f = fields(t);
  return z.strictObject({
    category: f
      .optionalId(t('Choose what it is about'))
      .refine(value => value !== null, t('Choose what it is about')),
    subject: f.line(t('Enter a subject, for example “Scanner 4-17 does not charge”')),
    impact: z.enum(impacts, t('Choose how much it holds up your work')).optional().default('a-little'),
    body: f.text(t('Describe what happened, in a sentence or two'), MAX_BODY),
    uploads: f.ids(),
    requester: f.optionalLine(254),
    follow_up_of: f.optionalId(t('Choose a ticket')),
    template: f.optionalId(t('Choose a template')),
  });
};

/** The newest message and held reply of a page: "120-4". */
const newest = z
  .string()
  .regex(/^\d{1,15}-\d{1,15}$/)
  .optional()
  .catch(undefined)
  .transform((text): Seen | undefined => {
    const [commentId = 0, heldId = 0] = text?.split('-').map(Number) ?? [];
    return text ? { commentId, heldId } : undefined;
  });

export const commentSchema = (t: Translate) => {
  const f = fields(t);
  return z.strictObject({
    body: f.text(t('Write a message before you send it'), MAX_BODY),
    kind: z.enum(['reply', 'note']).optional().default('reply'),
    then: z.enum(['open', 'waiting', 'solved', 'hold', 'keep']).optional().default('keep'),
    uploads: f.ids(),
    save: z.literal('draft').optional(),
    seen: newest,
    anyway: newest,
  });
};

const id = z.union([
  z.literal('').transform(() => null),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const waiting = z.enum(['requester', 'other']);

/** A property and, as `was_…`, the value it replaces. Status and what it waits for are one choice. */
export const propertiesSchema = (t: Translate) => {
  const f = fields(t);
  const status = z.string().regex(/^[\w-]{1,40}(:(requester|other))?$/, t('Choose a status from the list'));
  const priority = z.enum(['low', 'medium', 'high', 'urgent'], t('Choose a priority from the list'));
  return z.strictObject({
    subject: f.line(t('Enter a subject')).optional(),
    was_subject: z.string().optional(),
    status: status.optional(),
    was_status: status.optional(),
    priority: priority.optional(),
    was_priority: priority.optional(),
    team: id.optional(),
    was_team: id.optional(),
    assignee: id.optional(),
    was_assignee: id.optional(),
    category: id.optional(),
    was_category: id.optional(),
  });
};

/** "on-hold:requester" is a status and what it waits for. */
export function statusParts(value: string | undefined): {
  status?: string;
  waitingOn?: z.infer<typeof waiting> | null;
} {
  if (value === undefined) return {};
  const [status, on] = value.split(':');
  return { status, waitingOn: waiting.safeParse(on).data ?? null };
}
