import { isAdmin, isStaff, type Person } from '../access/actor.ts';
import type { User } from './user.ts';

export type IdentitySubjects = {
  'user.manage': undefined;
  'user.invite': undefined;
  'profile.manage': undefined;
  'people.list': undefined;
  'settings.manage': undefined;
  'team.manage': undefined;
  'department.manage': undefined;
  'category.manage': undefined;
  'audit.read': undefined;
  'jobs.manage': undefined;
  'user.role': Pick<User, 'id'>;
};

export const identityPolicy = {
  'user.manage': (actor: Person) => isAdmin(actor),
  'user.invite': (actor: Person) => isAdmin(actor),
  'profile.manage': () => true,
  'people.list': (actor: Person) => isStaff(actor),
  'settings.manage': (actor: Person) => isAdmin(actor),
  'team.manage': (actor: Person) => isAdmin(actor),
  'department.manage': (actor: Person) => isAdmin(actor),
  'category.manage': (actor: Person) => isAdmin(actor),
  'audit.read': (actor: Person) => isAdmin(actor),
  'jobs.manage': (actor: Person) => isAdmin(actor),
  'user.role': (actor: Person) => isAdmin(actor),
};
