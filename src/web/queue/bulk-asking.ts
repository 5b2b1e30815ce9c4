import type { Request } from 'express';
import { usableReplies } from '../../domain/replies/saved-reply.ts';
import { deskChoices } from '../../domain/tickets/choices.ts';
import { ticketsNamed } from '../../domain/tickets/finding-many.ts';
import type { FormState } from '../rendering/forms.ts';
import { statusWord } from '../rendering/status-words.ts';
import { type ActName, actOf, type BulkForm } from './bulk-form.ts';
import { askHeading, barActs, moreActs } from './bulk-words.ts';

type Option = { value: string | number; label: string; group?: string };

/** How the rest of an act is asked for: some words to choose from, a longer list, tags, or a message. */
const ASKED: Partial<Record<ActName, 'choices' | 'list' | 'tags' | 'message'>> = {
  status: 'choices',
  priority: 'choices',
  assign: 'list',
  team: 'list',
  category: 'list',
  macro: 'list',
  merge: 'choices',
  'add-tags': 'tags',
  'remove-tags': 'tags',
  reply: 'message',
  note: 'message',
};

/** The page that asks what to do, or for what an act still needs; it carries the tickets along. */
export async function askLocals(req: Request, asked: BulkForm & { back: string }, form: FormState) {
  const { act } = actOf(asked);
  const count = asked.picked.length;
  return {
    title: req.t('Change tickets'),
    nav: '',
    form,
    asked,
    act,
    count,
    heading: act ? askHeading(act, count, req.t) : req.t('What to do with {{count}} tickets', { count }),
    acts: [...barActs(req.t), ...moreActs(req.t)].filter(each => each.act !== 'merge' || count > 1),
    asks: act && ASKED[act],
    options: act ? await optionsFor(req, act, asked.picked) : [],
  };
}

export async function optionsFor(req: Request, act: ActName, ids: readonly number[]): Promise<Option[]> {
  const { t, ctx } = req;
  if (act === 'merge')
    return (await ticketsNamed(ctx, ids)).map(one => ({
      value: one.id,
      label: `#${one.number} ${one.subject}`,
    }));
  if (act === 'macro')
    return (await usableReplies(ctx))
      .filter(one => one.actions)
      .map(one => ({ value: one.id, label: one.name }));
  if (act === 'priority')
    return (['urgent', 'high', 'medium', 'low'] as const).map(value => ({ value, label: words(t)[value] }));
  if (!['status', 'assign', 'team', 'category'].includes(act)) return [];
  const choices = await deskChoices(ctx);
  if (act === 'team') return [none(t('None')), ...choices.teams.map(named)];
  if (act === 'assign') return [none(t('Nobody')), ...choices.assignees.map(named)];
  if (act === 'category')
    return [
      none(t('None')),
      ...choices.categories.map(one => ({
        value: one.id,
        label: one.parent ? `${one.parent} › ${one.name}` : one.name,
      })),
    ];
  return choices.statuses.flatMap(one =>
    one.kind === 'waiting'
      ? [
          { value: `${one.key}:requester`, label: t('Waiting on requester') },
          { value: `${one.key}:other`, label: t(one.name) },
        ]
      : [{ value: one.key, label: statusWord({ ...one, waitingOn: null }, 'desk', t) }],
  );
}

const none = (label: string): Option => ({ value: 'none', label });
const named = (one: { id: number; name: string }): Option => ({ value: one.id, label: one.name });
const words = (t: Request['t']) => ({
  urgent: t('Urgent'),
  high: t('High'),
  medium: t('Medium'),
  low: t('Low'),
});
