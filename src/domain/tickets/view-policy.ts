import { isAdmin, isStaff, type Person } from '../access/actor.ts';

export type ViewScope = 'own' | 'team' | 'everyone';
export type ViewRelation = { ownerId: number; scope: ViewScope; teamId: number | null };

/** Who is shown a saved view. What they find in it is decided by the tickets, never by the view. */
export function seesView(actor: Person, view: ViewRelation): boolean {
  if (!isStaff(actor)) return false;
  if (view.ownerId === actor.id || view.scope === 'everyone') return true;
  return view.scope === 'team' && (isAdmin(actor) || actor.teamIds.includes(view.teamId ?? 0));
}

export type ViewSubjects = {
  'view.create': undefined;
  'view.change': ViewRelation;
  'view.share': Pick<ViewRelation, 'scope' | 'teamId'>;
  'queue.export': undefined;
};

export const viewPolicy = {
  'view.create': (actor: Person) => isStaff(actor),
  'view.change': (actor: Person, view: ViewRelation) =>
    seesView(actor, view) && (view.scope === 'everyone' ? isAdmin(actor) : changesShared(actor, view)),
  /** To whom a person may show a view at all. */
  'view.share': (actor: Person, { scope, teamId }: Pick<ViewRelation, 'scope' | 'teamId'>) =>
    isStaff(actor) &&
    (scope === 'own' || isAdmin(actor) || (scope === 'team' && actor.teamIds.includes(teamId ?? 0))),
  'queue.export': (actor: Person) => isStaff(actor),
};

/** A team's view is its owner's to change while they belong to the team: later they would rename what others work by. */
const changesShared = (actor: Person, view: ViewRelation) =>
  view.scope === 'team'
    ? isAdmin(actor) || (view.ownerId === actor.id && actor.teamIds.includes(view.teamId ?? 0))
    : view.ownerId === actor.id;
