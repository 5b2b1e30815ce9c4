import type { Ticket } from './ticket.ts';

/** Of a ticket's requester and watchers those whom no mail reaches; for the page of who works it. */
export const UNREACHED_COLUMN = `
  array(select u.id from (select ?::bigint as id union select user_id from ticket_watchers where ticket_id = ?) as p
        join users u on u.id = p.id
        join mail_addresses a on a.address = lower(u.email) and a.undeliverable_since is not null) as unreached`;

export const unreachedValues = ({ id, requesterId }: Ticket) => [requesterId, id];
