import { isPerson } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { loadSignedIn } from '../identity/person.ts';
import { visibleTickets } from './finding.ts';

export type Attachment = {
  id: number;
  filename: string;
  contentType: string;
  size: number;
  storageKey: string;
  thumbnailKey: string | null;
};

const LINK_SECONDS = 300;

/** A file of a ticket the person may see, and of a note only if they work the ticket; their own while not sent. */
export async function findAttachment(ctx: Context, id: number): Promise<Attachment> {
  const scope = visibleTickets(ctx);
  const me = isPerson(ctx.actor) ? ctx.actor.id : 0;
  const [file] =
    id > 0
      ? await scope.read<Attachment>(
          ctx.db,
          `select f.id, f.filename, f.content_type as "contentType", f.size, f.storage_key as "storageKey", f.thumbnail_key as "thumbnailKey"
           from attachments f left join comments c on c.id = f.comment_id left join tickets t on t.id = f.ticket_id
           where f.id = :id and f.redacted_at is null
             and ((f.comment_id is null and f.uploader_id = :uploader) or (${scope.visible} and (c.kind = 'reply' or ${scope.works})))`,
          { id, uploader: me },
        )
      : [];
  if (!file) throw new NotFound('No such file');
  return file;
}

/** A link to the file for this person, for 300 seconds. Rights are read again when it is used. */
export async function signedLinkToken(ctx: Context, id: number): Promise<string> {
  await findAttachment(ctx, id);
  const person = isPerson(ctx.actor) ? ctx.actor.id : 0;
  const body = `${id}.${person}.${Math.floor(ctx.now().getTime() / 1_000) + LINK_SECONDS}`;
  return `${body}.${ctx.world.sign('file-link', body)}`;
}

export async function attachmentBySignedLink(ctx: Context, token: string): Promise<Attachment> {
  const [id, person, until, signature] = token.split('.');
  const right = ctx.world.verify('file-link', `${id}.${person}.${until}`, signature ?? '');
  if (!right || Number(until) * 1_000 < ctx.now().getTime()) throw new NotFound('The link is over');
  const found = await loadSignedIn(ctx.db, Number(person));
  if (!found) throw new NotFound('The link is over');
  return findAttachment(actingAs(ctx, found.person), Number(id));
}
