export type Role = 'employee' | 'coordinator' | 'admin';
export type AccountStatus = 'pending' | 'active' | 'suspended' | 'rejected';

/** Who is asking, with the rights they hold at this moment. */
export type Person = {
  kind: 'person';
  id: number;
  email: string | null;
  firstName: string;
  lastName: string;
  role: Role;
  departmentId: number | null;
  teamIds: readonly number[];
  managedDepartmentIds: readonly number[];
  /** The admin lets coordinators work the tickets of all teams. */
  worksAllTeams: boolean;
  locale: string | null;
  timeZone: string | null;
  shortcuts: boolean;
  unread: number;
  /** Said "away" for the moment; and the first team, as their own menu shows it. */
  isAway?: boolean;
  teamName?: string | null;
};

export type Anonymous = { kind: 'anonymous' };

/** A job of the program itself. */
export type System = { kind: 'system'; name: string };

export type Actor = Person | Anonymous | System;

export const anonymous: Anonymous = { kind: 'anonymous' };
export const systemActor = (name: string): System => ({ kind: 'system', name });

export const isPerson = (actor: Actor): actor is Person => actor.kind === 'person';
export const isStaff = (actor: Actor): boolean =>
  actor.kind === 'person' && (actor.role === 'coordinator' || actor.role === 'admin');
export const isAdmin = (actor: Actor): boolean => actor.kind === 'person' && actor.role === 'admin';

export const personId = (actor: Actor) => (actor.kind === 'person' ? actor.id : null);
export const fullName = (person: { firstName: string; lastName: string; email?: string | null }) =>
  `${person.firstName} ${person.lastName}`.trim() || person.email || '–';
