import type { Scope } from './finding.ts';
import { LINE, type TicketLine } from './requester-tickets.ts';

/** What another ticket is to this one. */
export type Relation =
  | 'parent'
  | 'child'
  | 'blocked-by'
  | 'blocks'
  | 'duplicate-of'
  | 'has-duplicate'
  | 'related';
export const relations: readonly Relation[] = [
  'parent',
  'child',
  'blocked-by',
  'blocks',
  'duplicate-of',
  'has-duplicate',
  'related',
];

export type LinkKind = 'related' | 'blocks' | 'duplicate-of' | 'parent-of';
export type TicketLink = TicketLine & { linkId: number; relation: Relation };

/** How a relation stands in the table: its kind, and whether this ticket comes first. */
export const KIND_OF: Record<Exclude<Relation, 'related'>, { kind: LinkKind; first: boolean }> = {
  parent: { kind: 'parent-of', first: false },
  child: { kind: 'parent-of', first: true },
  'blocked-by': { kind: 'blocks', first: false },
  blocks: { kind: 'blocks', first: true },
  'duplicate-of': { kind: 'duplicate-of', first: true },
  'has-duplicate': { kind: 'duplicate-of', first: false },
};

/** The other side of each. */
export const INVERSE: Record<Relation, Relation> = {
  parent: 'child',
  child: 'parent',
  'blocked-by': 'blocks',
  blocks: 'blocked-by',
  'duplicate-of': 'has-duplicate',
  'has-duplicate': 'duplicate-of',
  related: 'related',
};

const RELATION = `
  case l.kind when 'parent-of' then case when l.from_id = :ticket then 'child' else 'parent' end
              when 'blocks' then case when l.from_id = :ticket then 'blocks' else 'blocked-by' end
              when 'duplicate-of' then case when l.from_id = :ticket then 'duplicate-of' else 'has-duplicate' end
              else 'related' end`;

export const MAX_LINKS = 50;

/** Only tickets that the person works too: one they do not work is not mentioned. */
export const linksSql = ({ works }: Scope) => `
  select l.id as "linkId", ${RELATION} as relation, ${LINE}
  from (select * from ticket_links where from_id = :ticket union all select * from ticket_links where to_id = :ticket) l
  join tickets t on t.id = case when l.from_id = :ticket then l.to_id else l.from_id end
  join statuses s on s.key = t.status
  where ${works} order by l.kind, l.id limit ${MAX_LINKS * 2}`;
