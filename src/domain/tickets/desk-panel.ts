import { CHECKLIST_COLUMN, type ChecklistItem, type ChecklistRow, toChecklist } from './checklist.ts';
import { MEMO_COLUMN, type Memo, type MemoRow, toMemo } from './memo.ts';
import { TIME_COLUMN, type TimeRow, type TimeSpent, timeValues, toTimeSpent } from './time-spent.ts';

/** What the panel of a ticket shows those who work it, beside its properties. */
export type DeskPanel = { checklist: ChecklistItem[]; time: TimeSpent | undefined; memo: Memo | undefined };

/** Columns of another statement, with `panelValues` for their places. */
export const PANEL_COLUMNS = [CHECKLIST_COLUMN, TIME_COLUMN, MEMO_COLUMN].join(',');

export const panelValues = (ticketId: number, personId: number) => [
  ticketId,
  ...timeValues(ticketId, personId),
  ...[ticketId, personId],
];

export type PanelRow = { checklist?: ChecklistRow; time?: TimeRow; memo?: MemoRow | null };

export const toPanel = (row: PanelRow): DeskPanel => ({
  checklist: toChecklist(row.checklist),
  time: toTimeSpent(row.time),
  memo: toMemo(row.memo),
});
