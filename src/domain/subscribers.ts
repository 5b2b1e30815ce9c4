import { wantAssignment } from './assignment/wanting.ts';
import { wantThumbnails } from './attachments/thumbnails.ts';
import type { Subscribers } from './events/dispatching.ts';
import { notifyPeople } from './notifications/notifying.ts';
import { withdrawNotices } from './notifications/withdrawing.ts';
import { indexChanged } from './search/documents.ts';
import { countTags } from './tickets/tagging.ts';

/**
 * What follows from what: each event and its listeners, after the commit and exactly once.
 * An event that is not named here is history only.
 */
export const subscribers: Subscribers = {
  'ticket.created': [notifyPeople, indexChanged, wantThumbnails, wantAssignment],
  'ticket.changed': [withdrawNotices, notifyPeople, indexChanged, countTags, wantAssignment],
  'ticket.not-spam': [wantAssignment],
  'ticket.watched': [notifyPeople, indexChanged],
  'ticket.merged': [indexChanged],
  'ticket.unmerged': [indexChanged],
  'ticket.unwatched': [withdrawNotices, indexChanged],
  'reply.added': [notifyPeople, indexChanged, wantThumbnails],
  'note.added': [notifyPeople, indexChanged, wantThumbnails],
  'note.edited': [notifyPeople, indexChanged],
  'comment.redacted': [indexChanged],
};
