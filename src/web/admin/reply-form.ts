import type { Request } from 'express';
import { z } from 'zod';
import type { ReplyInput } from '../../domain/replies/managing.ts';
import type { MacroActions, SavedReply } from '../../domain/replies/saved-reply.ts';
import type { DeskChoices, NamedChoice } from '../../domain/tickets/choices.ts';
import { tagsIn } from '../../domain/tickets/tag.ts';
import { type Priority, priorities } from '../../domain/tickets/ticket.ts';
import type { Translate } from '../../platform/translating.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { fields } from '../rendering/forms.ts';
import { statusParts } from '../tickets/schemas.ts';

export const directionSchema = z.strictObject({ direction: z.enum(['up', 'down']) });

const MAX_TEXT = 20_000;
const empty = z.literal('');

export const replySchema = (t: Translate) => {
  const f = fields(t);
  return z.strictObject({
    name: f.line(t('Enter a name, like Ask for a VPN log'), 120),
    folder: f.optionalLine(60),
    body: z
      .string()
      .default('')
      .transform(text => text.replace(/\r\n?/g, '\n').replaceAll('\0', '').trim())
      .pipe(z.string().max(MAX_TEXT, t('Shorten this to {{count}} characters', { count: MAX_TEXT }))),
    says: z.enum(['reply', 'note']).optional().default('reply'),
    scope: z.enum(['own', 'team', 'everyone'], t('Choose who can use it')),
    teamId: f.optionalId(t('Choose a team from the list')),
    status: z.union([empty, z.string().regex(/^[\w-]{1,40}(:(requester|other))?$/)]).optional(),
    priority: z.union([empty, z.enum(priorities as [Priority, ...Priority[]])]).optional(),
    assignee: z.union([empty, z.enum(['me', 'nobody']), z.string().regex(/^\d{1,15}$/)]).optional(),
    team: f.optionalId(t('Choose a team from the list')),
    category: f.optionalId(t('Choose a category from the list')),
    addTags: f.optionalLine(900),
    removeTags: f.optionalLine(900),
  });
};

type Fields = z.infer<ReturnType<typeof replySchema>>;

export function inputOf(input: Fields): ReplyInput {
  const { name, folder, body, says, scope, teamId } = input;
  return { name, folder, body, says, scope, teamId, actions: actionsOf(input) };
}

function actionsOf({
  status,
  priority,
  assignee,
  team,
  category,
  addTags,
  removeTags,
}: Fields): MacroActions | null {
  const actions: MacroActions = {};
  if (status) {
    const { status: key, waitingOn } = statusParts(status);
    Object.assign(actions, { status: key, waitingOn: waitingOn ?? null });
  }
  if (priority) actions.priority = priority;
  if (assignee) actions.assignee = assignee === 'me' || assignee === 'nobody' ? assignee : Number(assignee);
  if (team) actions.teamId = team;
  if (category) actions.categoryId = category;
  if (addTags) actions.addTags = tagsIn(addTags);
  if (removeTags) actions.removeTags = tagsIn(removeTags);
  return Object.keys(actions).length > 0 ? actions : null;
}

export function valuesOf(reply: SavedReply): Record<string, unknown> {
  const { name, folder, body, says, scope, teamId, actions } = reply;
  return {
    ...{ name, folder, body, says, scope, teamId },
    status: [actions?.status, actions?.waitingOn].filter(Boolean).join(':'),
    priority: actions?.priority,
    assignee: actions?.assignee,
    team: actions?.teamId,
    category: actions?.categoryId,
    addTags: actions?.addTags?.join(', '),
    removeTags: actions?.removeTags?.join(', '),
  };
}

/** The lists of the form; "Leave as it is" stands first where a macro need not change something. */
export function replyChoices(req: Request, desk: DeskChoices, teams: NamedChoice[], everyone: boolean) {
  const { t } = req;
  const stay = { value: '', label: t('Leave as it is') };
  const named = (each: NamedChoice) => ({ value: each.id, label: each.name });
  return {
    scopes: [
      { value: 'own', label: t('Only me') },
      ...(teams.length > 0 ? [{ value: 'team', label: t('My team') }] : []),
      ...(everyone ? [{ value: 'everyone', label: t('Everyone at the desk') }] : []),
    ],
    ownTeams: [{ value: '', label: t('Choose a team') }, ...teams.map(named)],
    statuses: [
      stay,
      ...desk.statuses.flatMap(({ key, kind, name }) =>
        kind === 'waiting'
          ? [
              {
                value: `${key}:requester`,
                label: t('{{status}}: waiting on requester', { status: t(name) }),
              },
              { value: `${key}:other`, label: t(name) },
            ]
          : [{ value: key, label: t(name) }],
      ),
    ],
    priorities: [stay, ...priorities.map(value => ({ value, label: priorityWord(value, t) }))],
    assignees: [
      stay,
      { value: 'me', label: t('Whoever runs it') },
      { value: 'nobody', label: t('Nobody') },
      ...desk.assignees.map(named),
    ],
    teams: [stay, ...desk.teams.map(named)],
    categories: [
      stay,
      ...desk.categories.map(({ id, name, parent }) => ({
        value: id,
        label: parent ? `${parent} › ${name}` : name,
      })),
    ],
  };
}
