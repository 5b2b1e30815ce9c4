import type { Request } from 'express';
import { z } from 'zod';
import type { BulkAct, BulkTask } from '../../domain/bulk/task.ts';
import { Invalid } from '../../domain/errors.ts';
import { MAX_BODY } from '../../domain/tickets/comment.ts';
import { tagNames, tagsIn } from '../../domain/tickets/tag.ts';
import { fields } from '../rendering/forms.ts';
import { person } from '../request.ts';
import { statusParts } from '../tickets/schemas.ts';

const MOST_IDS = 5_000;

/** What the bar and the pages that follow from it send. `ids` are ticked boxes; `picked` is carried along. */
export const bulkSchema = z.strictObject({
  ids: fields(text => text).ids(),
  picked: z
    .string()
    .max(80_000)
    .regex(/^\d{1,15}(,\d{1,15})*$|^$/)
    .optional()
    .transform(text => (text ? text.split(',').map(Number) : []))
    .pipe(z.array(z.number()).max(MOST_IDS)),
  /** `list`: every ticket of the list; `page`: the box above the list, which says nothing and may come along. */
  all: z
    .union([z.string().max(10), z.array(z.string().max(10)).max(3)])
    .optional()
    .transform(value => [value].flat().includes('list')),
  source: z.enum(['ids', 'list']).optional().default('ids'),
  do: z.string().max(100).optional(),
  /** Where to go on ticking. */
  to: z.string().max(2_000).optional(),
  back: z.string().max(2_000).optional(),
  /** The page that asks for the rest of an act was answered. */
  asked: z.literal('1').optional(),
  value: z.string().max(1_000).optional(),
  text: z.string().max(MAX_BODY).optional(),
  then: z.enum(['keep', 'open', 'waiting', 'hold', 'solved']).optional().default('keep'),
  across: fields(text => text).checkbox(),
});
export type BulkForm = z.infer<typeof bulkSchema>;

const ACTS: readonly (BulkAct | 'assign-me')[] = [
  ...(['assign-me', 'assign', 'status', 'priority', 'category', 'team', 'add-tags', 'remove-tags'] as const),
  ...(['reply', 'note', 'macro', 'merge', 'solve', 'close', 'spam', 'follow'] as const),
];
export type ActName = (typeof ACTS)[number];

/** `status:open` is an act and its value in one press. */
export function actOf(form: BulkForm): { act: ActName | undefined; value: string | undefined } {
  const [name = '', ...rest] = (form.do ?? '').split(':');
  return { act: ACTS.find(each => each === name), value: rest.length > 0 ? rest.join(':') : form.value };
}

/** The act with all it needs; undefined if something is still to be asked for. */
export function taskOf(req: Request, form: BulkForm): BulkTask | undefined {
  const { act, value } = actOf(form);
  const none = act && ['assign-me', 'solve', 'close', 'spam', 'follow'].includes(act);
  if (!act || (!none && value === undefined && form.text === undefined)) return undefined;
  return act === 'assign-me'
    ? { act: 'assign', parameters: { assigneeId: person(req).id } }
    : READERS[act](req, form, value ?? '');
}

type Reader = (req: Request, form: BulkForm, value: string) => BulkTask;

const idIn = (req: Request, value: string): number => {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new Invalid({ value: req.t('Choose one from the list') });
};
const idOrNone = (req: Request, value: string) => (value === 'none' ? null : idIn(req, value));
const textIn = (req: Request, { text = '' }: BulkForm): string => {
  const body = text.replace(/\r\n?/g, '\n').trim();
  if (!body) throw new Invalid({ text: req.t('Write a message before you send it') });
  return body;
};
const tags = (req: Request, value: string): string[] => {
  const names = tagNames(tagsIn(value), req.t, 'value');
  if (names.length === 0) throw new Invalid({ value: req.t('Enter a tag, for example vpn') });
  return names;
};

const READERS: Record<BulkAct, Reader> = {
  assign: (req, _form, value) => ({ act: 'assign', parameters: { assigneeId: idOrNone(req, value) } }),
  status: (req, _form, value) => {
    const { status, waitingOn = null } = statusParts(value);
    if (!status || !/^[\w-]{1,40}$/.test(status))
      throw new Invalid({ value: req.t('Choose a status from the list') });
    return { act: 'status', parameters: { status, waitingOn } };
  },
  priority: (req, _form, value) => {
    const priority = z.enum(['low', 'medium', 'high', 'urgent']).safeParse(value);
    if (!priority.success) throw new Invalid({ value: req.t('Choose a priority from the list') });
    return { act: 'priority', parameters: { priority: priority.data } };
  },
  category: (req, _form, value) => ({ act: 'category', parameters: { categoryId: idOrNone(req, value) } }),
  team: (req, _form, value) => ({ act: 'team', parameters: { teamId: idOrNone(req, value) } }),
  'add-tags': (req, _form, value) => ({ act: 'add-tags', parameters: { tags: tags(req, value) } }),
  'remove-tags': (req, _form, value) => ({ act: 'remove-tags', parameters: { tags: tags(req, value) } }),
  reply: (req, form) => ({ act: 'reply', parameters: { body: textIn(req, form), then: form.then } }),
  note: (req, form) => ({ act: 'note', parameters: { body: textIn(req, form) } }),
  macro: (req, _form, value) => ({ act: 'macro', parameters: { macroId: idIn(req, value) } }),
  merge: (req, form, value) => ({
    act: 'merge',
    parameters: { targetId: idIn(req, value), acrossRequesters: form.across },
  }),
  solve: () => ({ act: 'solve', parameters: {} }),
  close: () => ({ act: 'close', parameters: {} }),
  spam: () => ({ act: 'spam', parameters: {} }),
  follow: () => ({ act: 'follow', parameters: {} }),
};
