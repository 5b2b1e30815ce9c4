import type { Context } from '../context.ts';

/** What a person decides of a mail. It is handled by the job within a second or two, so its page shows it as received first. */
export type Reviewed = { id: number };

/** Lets a parked mail in: it becomes a ticket, or joins the one it has a right key of, as if its sender were known. */
export async function approveParked(_ctx: Context, _mail: { mailId: number }): Promise<Reviewed> {
  throw new Error('Not there yet');
}

/** Refuses a parked mail. Nobody is told. */
export async function refuseParked(_ctx: Context, _mail: { mailId: number }): Promise<Reviewed> {
  throw new Error('Not there yet');
}

/** Handles a mail again that has done nothing yet: quarantined, parked, refused or ignored. */
export async function rerunMail(_ctx: Context, _mail: { mailId: number }): Promise<Reviewed> {
  throw new Error('Not there yet');
}

/** Puts what a mail said on another ticket, by its number. */
export async function moveMail(_ctx: Context, _mail: { mailId: number; number: number }): Promise<Reviewed> {
  throw new Error('Not there yet');
}
