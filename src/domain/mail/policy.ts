import { isAdmin, type Person } from '../access/actor.ts';

export type MailSubjects = {
  /** Decide what becomes of mail that waits for a person. */
  'mail.manage': undefined;
};

export const mailPolicy = {
  'mail.manage': (actor: Person) => isAdmin(actor),
};
