// Account mails are queued by identity, which lies below notifications: the writer itself is in events/mailing.ts.
export { type MailTemplate, queueMail } from '../events/mailing.ts';
