import { personId } from '../access/actor.ts';
import { actingAs, type Context, type Tx } from '../context.ts';
import { findDraft, saveDraft } from '../drafting.ts';
import { DomainError, Forbidden } from '../errors.ts';
import { loadSignedIn } from '../identity/person.ts';
import { authorize } from '../policies.ts';
import { addComment, type Then } from './commenting.ts';
import { findTicketById, type Ticket } from './ticket.ts';

type Held = {
  id: number;
  ticket_id: number;
  author_id: number;
  body: string;
  then: Then;
  upload_ids: number[];
  after_comment_id: number;
};

const DUE = `select id, author_id as "authorId" from held_replies where release_at <= now() order by release_at, id limit ?`;

/** Lets the replies go out whose time has come; any number of processes may, each goes once. How many were looked at. */
export async function releaseReplies(ctx: Context, bite = 50): Promise<number> {
  const { rows } = await ctx.db.raw<{ rows: { id: number; authorId: number }[] }>(DUE, [bite]);
  let failure: unknown;
  for (const { id, authorId } of rows) {
    try {
      await releaseOne(ctx, id, authorId);
    } catch (error) {
      // It stays and is tried again; the replies behind it do not wait for it.
      ctx.log.error({ heldId: id, err: (error as Error).message }, 'a held reply failed to go out');
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return rows.length;
}

/**
 * Taking the row away and writing the message are one transaction, so neither a crash nor a second process loses or
 * doubles it. Rights are those of this moment: who may not reply any more finds the text in a draft.
 */
async function releaseOne(ctx: Context, heldId: number, authorId: number): Promise<void> {
  try {
    const author = await loadSignedIn(ctx.db, authorId);
    if (!author) throw new Forbidden('The author may not sign in any more');
    await actingAs(ctx, author.person).transaction(async tx => {
      const held = await takeOut(tx, heldId, true);
      if (held) await publish(tx, held);
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    ctx.log.info({ heldId, err: error.message }, 'a held reply could not go out and is a draft again');
    await ctx.transaction(async tx => {
      const held = await takeOut(tx, heldId, true);
      if (held) await intoDraft(tx, held);
    });
  }
}

async function takeOut(tx: Tx, id: number, isDue: boolean): Promise<Held | undefined> {
  const { rows } = await tx.db.raw<{ rows: Held[] }>(
    `delete from held_replies where id = ? and (release_at <= now() or not ?::boolean) returning *`,
    [id, isDue],
  );
  return rows[0];
}

const ASKED_MEANWHILE = `
  select 1 from comments c join tickets t on t.id = c.ticket_id join users u on u.id = c.author_id
  where c.ticket_id = ? and c.id > ? and c.kind = 'reply' and (c.author_id = t.requester_id or u.role = 'employee') limit 1`;

async function publish(tx: Tx, held: Held): Promise<void> {
  const ticket = await findTicketById(tx, held.ticket_id);
  authorize(tx, 'ticket.work', ticket);
  const { rows } = await tx.db.raw<{ rows: unknown[] }>(ASKED_MEANWHILE, [ticket.id, held.after_comment_id]);
  // What the requester wrote in these seconds was not read by its author: it stays to be answered.
  const isOpen = rows.length > 0;
  await addComment(tx, ticket, {
    kind: 'reply',
    body: held.body,
    uploadIds: held.upload_ids,
    then: isOpen ? 'keep' : held.then,
    leavesDraft: true,
    ...(isOpen && { answers: false }),
  });
}

/** "Undo": the text and the files are the author's draft again. False if it is out already. */
export async function takeBackReply(ctx: Context, ticket: Ticket, heldId: number): Promise<boolean> {
  authorize(ctx, 'ticket.read', ticket);
  return ctx.transaction(async tx => {
    const known = await tx
      .db('held_replies')
      .where({ id: heldId, ticket_id: ticket.id, author_id: personId(tx.actor) ?? 0 })
      .first('id');
    const held = known && (await takeOut(tx, heldId, false));
    if (held) await intoDraft(tx, held);
    return Boolean(held);
  });
}

/** Before what was begun meanwhile: nothing that somebody typed is lost. */
async function intoDraft(tx: Tx, held: Held): Promise<void> {
  const scope = `ticket:${held.ticket_id}`;
  const begun = await findDraft(tx.db, held.author_id, scope);
  const body = [held.body, begun?.body.body].filter(Boolean).join('\n\n');
  const uploads = [...held.upload_ids, begun?.body.uploads].filter(Boolean).join(',');
  await saveDraft(tx, scope, { kind: 'reply', body, uploads }, held.author_id);
}
