import type { PersonName } from './ticket.ts';

/** A reply on its way: who works the ticket sees it with the seconds that are left, nobody else anything of it. */
export type HeldReply = {
  id: number;
  body: string;
  author: PersonName;
  secondsLeft: number;
  files: number;
};

/** As one column of another statement, only for who works the ticket; its value is the ticket's id. */
export const HELD_COLUMN = `
  (select coalesce(json_agg(h), '[]') from (
     select h.id, h.body, json_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name) as author,
            greatest(0, ceil(extract(epoch from h.release_at - now())))::int as "secondsLeft", cardinality(h.upload_ids) as files
     from held_replies h join users u on u.id = h.author_id where h.ticket_id = ? order by h.id limit 20) as h) as held`;
