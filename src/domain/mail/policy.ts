import { isAdmin, type Person } from '../access/actor.ts';

export type MailSubjects = {
  /** Decide what becomes of mail that waits for a person. */
  'mail.manage': undefined;
  /** Say where mail comes from. */
  'mailbox.manage': undefined;
  /** Word the mails we send. */
  'mail-template.manage': undefined;
};

export const mailPolicy = {
  'mail.manage': (actor: Person) => isAdmin(actor),
  'mailbox.manage': (actor: Person) => isAdmin(actor),
  'mail-template.manage': (actor: Person) => isAdmin(actor),
};
