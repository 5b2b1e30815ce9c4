import { isAdmin, isStaff, type Person } from '../access/actor.ts';

export type ReplyScope = 'own' | 'team' | 'everyone';
export type ReplyRelation = { scope: ReplyScope; ownerId: number | null; teamId: number | null };

export type ReplySubjects = {
  'reply.list': undefined;
  'reply.use': ReplyRelation;
  'reply.manage': ReplyRelation;
};

export const replyPolicy = {
  'reply.list': (actor: Person) => isStaff(actor),
  'reply.use': (actor: Person, { scope, ownerId, teamId }: ReplyRelation) =>
    isStaff(actor) &&
    (scope === 'everyone' ||
      (scope === 'own' ? ownerId === actor.id : teamId !== null && actor.teamIds.includes(teamId))),
  /** One's own and one's team's; what everyone uses, and what others keep, is the admins'. */
  'reply.manage': (actor: Person, { scope, ownerId, teamId }: ReplyRelation) =>
    isAdmin(actor) ||
    (isStaff(actor) &&
      ((scope === 'own' && ownerId === actor.id) ||
        (scope === 'team' && teamId !== null && actor.teamIds.includes(teamId)))),
};
