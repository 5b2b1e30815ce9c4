import type { LlmFailure } from '../../platform/llm.ts';

/** A ticket's summary as its page shows it. A text stays until a newer one is written. */
export type Summary = {
  state: 'none' | 'wanted' | 'made' | 'failed';
  text: string | null;
  /** Somebody replied after the newest message it was written from. */
  isOld: boolean;
  requestedAt: Date | null;
  madeAt: Date | null;
  failure: LlmFailure | null;
};

/** Fewer public messages are read as fast as their summary. */
export const ENOUGH_REPLIES = 3;

/** The summary as one column of another statement; its values are the ticket's id, twice. */
export const SUMMARY_COLUMN = `
  (select case when s.id is not null or r.replies >= ${ENOUGH_REPLIES} then json_build_object(
            'state', coalesce(s.state, 'none'), 'text', s.text, 'isOld', coalesce(s.covers_comment_id < r.newest, false),
            'requestedAt', s.requested_at, 'madeAt', s.made_at, 'failure', s.error) end
     from (select count(*) as replies, max(id) as newest from (
             select id from comments where ticket_id = ? and kind = 'reply' and redacted_at is null
             order by id desc limit ${ENOUGH_REPLIES}) newest) r
     left join ticket_summaries s on s.ticket_id = ?) as summary`;

export type SummaryRow = Omit<Summary, 'requestedAt' | 'madeAt'> & {
  requestedAt: string | null;
  madeAt: string | null;
};

export const toSummary = (row: SummaryRow | null | undefined): Summary | undefined =>
  row
    ? {
        ...row,
        requestedAt: row.requestedAt ? new Date(row.requestedAt) : null,
        madeAt: row.madeAt ? new Date(row.madeAt) : null,
      }
    : undefined;
