import type { PersonName } from './ticket.ts';

export type ChecklistItem = {
  id: number;
  text: string;
  doneAt: Date | null;
  doneBy: PersonName | null;
};

/** More is a project, not a ticket. */
export const MAX_ITEMS = 100;
export const MAX_ITEM_TEXT = 200;

/** The list as one column of another statement; its value is the ticket's id. */
export const CHECKLIST_COLUMN = `
  (select coalesce(json_agg(json_build_object('id', i.id, 'text', i.text, 'doneAt', i.done_at, 'doneBy',
            case when u.id is not null then json_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name) end)
            order by i.position, i.id), '[]')
     from checklist_items i left join users u on u.id = i.done_by where i.ticket_id = ?) as checklist`;

export type ChecklistRow = (Omit<ChecklistItem, 'doneAt'> & { doneAt: string | null })[];

export const toChecklist = (rows: ChecklistRow | null | undefined): ChecklistItem[] =>
  (rows ?? []).map(item => ({ ...item, doneAt: item.doneAt ? new Date(item.doneAt) : null }));

/** One item a line; bullets, boxes and numbers that were pasted along go. */
export const checklistLines = (text: string): string[] =>
  text
    .split('\n')
    .map(line =>
      line
        .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
        .replace(/^\s*(?:[-*•]|\d{1,3}[.)])?\s*(?:\[[ xX]?\])?\s+/u, '')
        .trim(),
    )
    .filter(Boolean);
