import type { Translate } from '../../platform/translating.ts';

export type Recorded = {
  type: string;
  changes: Record<string, [unknown, unknown]>;
  data: Record<string, unknown>;
  objectLabel?: string;
};

export type EventWord = { text: string; icon: string; tone: 'gray' | 'green' | 'amber' | 'red' | 'blue' };

type Looks = Omit<EventWord, 'text'>;
const look = (icon: string, tone: EventWord['tone'] = 'gray'): Looks => ({ icon, tone });

/** What an event is called on the audit page. One that is not listed says its own name, so that nothing is hidden. */
export function eventWord(event: Recorded, t: Translate): EventWord {
  const { type } = event;
  const words = type === 'ticket.changed' ? changedTicket(event, t) : known(event, t)[type];
  const [text, looks] = words ?? [t('Other: {{type}}', { type }), look('history')];
  return { text, ...looks };
}

type Known = Record<string, [string, Looks]>;

const known = (event: Recorded, t: Translate): Known => ({
  ...sessions(event, t),
  ...people(event, t),
  ...tickets(t),
  ...mails(t),
  ...places(t),
});

const sessions = ({ data }: Recorded, t: Translate): Known => ({
  'session.started': [t('Signed in'), look('key-round')],
  'session.ended': [t('Signed out'), look('log-out')],
  'session.refused': [
    data.reason === 'password' ? t('Sign-in refused, wrong password') : t('Sign-in refused'),
    look('shield-alert', 'red'),
  ],
  'user.sessions-ended': [t('Signed out everywhere'), look('log-out')],
  'user.password-changed': [t('Changed a password'), look('key-round')],
  'user.reset-asked': [t('Asked for a new password'), look('key-round')],
});

const people = ({ data }: Recorded, t: Translate): Known => ({
  'user.signed-up': [t('Signed up'), look('user-plus', 'blue')],
  'user.sign-up-repeated': [t('Signed up again'), look('user-plus')],
  'user.verification-asked': [t('Asked for another confirmation mail'), look('mail')],
  'user.verified': [t('Confirmed an address'), look('mail')],
  'user.approved': [
    data.because === 'trusted-domain' ? t('Approved by a trusted domain') : t('Approved a user'),
    look('user-check', 'green'),
  ],
  'user.rejected': [t('Declined a user'), look('x', 'amber')],
  'user.created': [t('Created an account'), look('user-plus')],
  'user.invited': [data.again ? t('Invited a user again') : t('Invited a user'), look('send')],
  'user.imported': [t('Imported a user'), look('upload')],
  'user.joined': [t('Accepted an invitation'), look('user-check', 'green')],
  'user.changed': [t('Changed a user'), look('pencil')],
  'user.profile-changed': [t('Changed a profile'), look('pencil')],
  'user.writing-changed': [t('Changed how their replies are sent'), look('pencil')],
  'user.suspended': [t('Suspended a user'), look('lock', 'red')],
  'user.times-changed': [t('Changed working hours or absence'), look('timer')],
  'user.availability-changed': [t('Said available or away'), look('coffee')],
  'user.notifications-changed': [t('Changed what they are told'), look('bell')],
  'user.push-turned-on': [t('Turned push messages on'), look('bell')],
  'digest.made': [t('Made a daily digest'), look('mail')],
  'user.address-closed': [t('Stopped mail to an address, since it comes back'), look('mail', 'red')],
  'user.address-reopened': [t('Let mail go to an address again'), look('mail', 'green')],
  'user.unsubscribed': [t('Ended their digest from a mail'), look('mail')],
  'user.tickets-handed-over': [t('Handed the tickets of a user over'), look('user-check', 'amber')],
  'user.reinstated': [t('Reinstated a user'), look('rotate-ccw', 'green')],
});

const tickets = (t: Translate): Known => ({
  'ticket.created': [t('Raised a ticket'), look('ticket', 'blue')],
  'ticket.spam': [t('Marked a ticket as spam'), look('shield-alert', 'amber')],
  'ticket.not-spam': [t('Took a ticket out of spam'), look('rotate-ccw')],
  'ticket.watched': [t('Let somebody follow a ticket'), look('eye')],
  'ticket.unwatched': [t('Ended following a ticket'), look('eye')],
  'ticket.merged': [t('Merged a ticket into this one'), look('git-merge')],
  'ticket.unmerged': [t('Undid a merge'), look('rotate-ccw')],
  'ticket.linked': [t('Linked two tickets'), look('link')],
  'ticket.unlinked': [t('Removed a link between tickets'), look('x')],
  'ticket.split': [t('Made a ticket of a message'), look('split')],
  'ticket.summary-wanted': [t('Asked for a summary by AI'), look('sparkles')],
  'ticket.summary-made': [t('A summary by AI was written'), look('sparkles')],
  'ticket.summary-stopped': [t('Stopped a summary by AI'), look('sparkles')],
  'ticket.notes-read': [t('Read the notes of a ticket'), look('eye', 'amber')],
  'ticket.imported': [t('Imported a ticket'), look('upload')],
  'checklist.added': [t('Added to a checklist'), look('circle-check')],
  'checklist.ticked': [t('Ticked an item of a checklist'), look('circle-check')],
  'checklist.unticked': [t('Opened an item of a checklist again'), look('circle-dashed')],
  'checklist.renamed': [t('Changed an item of a checklist'), look('pencil')],
  'checklist.removed': [t('Removed an item of a checklist'), look('x')],
  'checklist.moved': [t('Moved an item of a checklist'), look('arrow-up')],
  'time.started': [t('Started a timer'), look('timer')],
  'time.discarded': [t('Discarded a timer'), look('x')],
  'time.added': [t('Wrote down time on a ticket'), look('timer')],
  'time.changed': [t('Changed time on a ticket'), look('pencil')],
  'time.removed': [t('Removed time from a ticket'), look('x')],
  'reply.added': [t('Replied on a ticket'), look('message-square-text')],
  'note.added': [t('Wrote an internal note'), look('pencil')],
  'note.edited': [t('Changed an internal note'), look('pencil')],
  'mail.undelivered': [t('A mail could not be delivered'), look('triangle-alert', 'red')],
  'comment.redacted': [t('Removed a message for good'), look('shield-alert', 'amber')],
  'attachment.redacted': [t('Removed a file for good'), look('shield-alert', 'amber')],
});

const mails = (t: Translate): Known => ({
  'mail.approved': [t('Let a parked mail in'), look('mail', 'green')],
  'mail.refused': [t('Refused a parked mail'), look('mail', 'amber')],
  'mail.rerun': [t('Handled a mail again'), look('rotate-ccw')],
  'mail.answered': [t('Told a sender that their mail was not taken'), look('mail')],
  'mail.moved': [t('Moved a mail to another ticket'), look('mail')],
  'mail.retried': [t('Sent a mail again'), look('send')],
});

const places = (t: Translate): Known => ({
  'team.created': [t('Added a team'), look('users-round')],
  'team.changed': [t('Changed a team'), look('users-round')],
  'team.assignment-changed': [t('Changed how a team’s tickets find an owner'), look('users-round')],
  'team.archived': [t('Archived a team'), look('archive', 'amber')],
  'team.restored': [t('Brought back a team'), look('rotate-ccw')],
  'department.created': [t('Added a department'), look('id-card')],
  'department.changed': [t('Changed a department'), look('id-card')],
  'department.archived': [t('Archived a department'), look('archive', 'amber')],
  'department.restored': [t('Brought back a department'), look('rotate-ccw')],
  'template.created': [t('Added a ticket template'), look('file-text')],
  'template.changed': [t('Changed a ticket template'), look('file-text')],
  'template.archived': [t('Archived a ticket template'), look('archive', 'amber')],
  'template.restored': [t('Brought back a ticket template'), look('rotate-ccw')],
  'mail-template.changed': [t('Changed the words of a mail'), look('pencil')],
  'mail-template.reset': [t('Took back the words of a mail'), look('rotate-ccw')],
  'mail-template.restored': [t('Took up earlier words of a mail'), look('rotate-ccw')],
  'mail-template.tested': [t('Sent themselves a test mail'), look('send')],
  'saved-reply.created': [t('Added a saved reply'), look('message-square-text')],
  'saved-reply.changed': [t('Changed a saved reply'), look('message-square-text')],
  'saved-reply.archived': [t('Archived a saved reply'), look('archive', 'amber')],
  'saved-reply.restored': [t('Brought back a saved reply'), look('rotate-ccw')],
  'view.created': [t('Saved a view'), look('bookmark')],
  'view.changed': [t('Changed a saved view'), look('bookmark')],
  'view.deleted': [t('Deleted a saved view'), look('bookmark', 'amber')],
  'category.created': [t('Added a category'), look('list-tree')],
  'category.changed': [t('Changed a category'), look('list-tree')],
  'category.moved': [t('Moved a category'), look('list-tree')],
  'category.archived': [t('Archived a category'), look('archive', 'amber')],
  'category.restored': [t('Brought back a category'), look('rotate-ccw')],
  'mailbox.created': [t('Added a mailbox'), look('inbox')],
  'mailbox.changed': [t('Changed a mailbox'), look('inbox')],
  'mailbox.key-renewed': [t('Made a new key for a mailbox'), look('key-round', 'amber')],
  'mailbox.archived': [t('Archived a mailbox'), look('archive', 'amber')],
  'mailbox.restored': [t('Brought back a mailbox'), look('rotate-ccw')],
  'settings.changed': [t('Changed settings'), look('settings')],
  'bulk.ran': [t('Changed many tickets at once'), look('layers')],
  'export.made': [t('Exported a list'), look('download', 'amber')],
  'audit.verified': [t('Verified the log chain'), look('shield-check', 'green')],
  'job.retried': [t('Ran failed work again'), look('refresh-cw')],
});

/** A ticket's change is told by what was done, where that has a word of its own. */
function changedTicket({ data }: Recorded, t: Translate): [string, Looks] {
  const verbs: Known = {
    assigned: [t('Assigned a ticket'), look('user-plus')],
    'picked-up': [t('Took a ticket'), look('user-check')],
    resolved: [t('Solved a ticket'), look('circle-check', 'green')],
    confirmed: [t('Confirmed a solution'), look('circle-check-big', 'green')],
    reopened: [t('Reopened a ticket'), look('rotate-ccw')],
    withdrawn: [t('Withdrew a ticket'), look('x')],
    closed: [t('Closed a ticket'), look('circle-check-big')],
    'auto-closed': [t('Closed a solved ticket'), look('circle-check-big')],
    replied: [t('Changed a ticket by a reply'), look('pencil')],
  };
  return verbs[String(data.verb)] ?? [t('Changed a ticket'), look('pencil')];
}
