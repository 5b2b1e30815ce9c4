import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { answers, keepProgress, knownUids, type Watched } from '../../domain/mail/fetching.ts';
import { MAX_MAIL_BYTES, storeMail } from '../../domain/mail/storing.ts';
import { ImapFault } from '../../platform/imap-faults.ts';
import type { Rhythm, Watching } from './watching.ts';

export type Look = (client: ImapFlow, signal: AbortSignal) => Promise<void>;

type Found = { uid: number; size: number };

/** Fetched in one go: so many, or so much. */
const BATCH = 25;
const BATCH_BYTES = 10_000_000;
/** A mail that the server does not hand out, or that we cannot keep, is left for later after as many tries. */
const TRIES = 3;
/** Of one that is larger than we take. */
const HEADER_BYTES = 256_000;

/**
 * Looks into the open folder and takes what is new there. What was taken is marked only after it is committed, and how
 * far we are is written down only after that: whatever breaks in between, the next look comes past the same mails again,
 * and they are known by their UID or by what they say.
 */
export function createLook(parts: Watching, mailbox: Watched, pace: Rhythm): Look {
  const store = parts.store ?? storeMail;
  const tries = new Map<number, number>();
  let { uidValidity, lastUid } = mailbox;
  let stuck = new Set(mailbox.stuck);
  let stuckTriedAt = Number.NEGATIVE_INFINITY;

  const keep = (mails: number) =>
    keepProgress(parts.ctx, mailbox, { uidValidity: uidValidity!, lastUid, stuck: [...stuck], mails });

  return async (client, signal) => {
    const folder = client.mailbox;
    if (!folder) throw new ImapFault('cut');
    const validity = Number(folder.uidValidity);
    if (uidValidity !== validity) {
      // The server has counted anew: what the numbers meant is gone, and all is looked at again.
      [uidValidity, lastUid, stuck] = [validity, null, new Set()];
      tries.clear();
    }
    const isWhole = lastUid === null;
    const found = await whatIsNew(client, lastUid, mailbox.watchedSince);
    for (const batch of batches(found)) {
      if (signal.aborted) return;
      const taken = await take(client, batch);
      // Until a look at everything has ended, its numbers say nothing of what was passed over.
      if (!isWhole) lastUid = Math.max(lastUid ?? 0, batch.at(-1)!.uid);
      await keep(taken);
    }
    await tryAgain(client, signal);
    if (isWhole) lastUid = Math.max(Number(folder.uidNext) - 1, found.at(-1)?.uid ?? 0);
    await keep(0);
  };

  /** What the server did not hand out, once in a while. */
  async function tryAgain(client: ImapFlow, signal: AbortSignal) {
    if (stuck.size === 0 || performance.now() - stuckTriedAt < pace.stuckMs) return;
    stuckTriedAt = performance.now();
    const there = await sizesOf(client, [...stuck]);
    stuck = new Set(there.map(({ uid }) => uid));
    for (const each of there) {
      if (signal.aborted) return;
      const safe = await takeGroup(client, [each]);
      await mark(client, mailbox, safe);
      for (const uid of safe) stuck.delete(uid);
    }
  }

  /**
   * Takes a batch and marks it at its source; says how many were new. After a failure each is tried alone, and after some
   * tries the others go past the one that fails.
   */
  async function take(client: ImapFlow, batch: Found[]): Promise<number> {
    const uids = batch.map(({ uid }) => uid);
    const known = await knownUids(parts.ctx, mailbox, uidValidity!, uids);
    const rest = batch.filter(({ uid }) => !known.has(uid));
    const easy = rest.filter(({ uid }) => !tries.has(uid));
    const hard = rest.filter(({ uid }) => tries.has(uid));
    let taken = 0;
    await mark(client, mailbox, [...known]);
    for (const group of [easy, ...hard.map(each => [each])]) {
      const [first] = group;
      if (!first) continue;
      if ((tries.get(first.uid) ?? 0) >= TRIES) {
        stuck.add(first.uid);
        stuckTriedAt = performance.now();
        continue;
      }
      for (const { uid } of group) tries.set(uid, (tries.get(uid) ?? 0) + 1);
      const safe = await takeGroup(client, group);
      await mark(client, mailbox, safe);
      taken += safe.length;
    }
    return taken;
  }

  /** The UIDs that are safe with us now. What the server keeps silent about was deleted meanwhile, or is stuck. */
  async function takeGroup(client: ImapFlow, group: Found[]): Promise<number[]> {
    const taken: number[] = [];
    for (const each of await sourcesOf(client, group)) {
      await keepMail(each, group);
      taken.push(each.uid);
    }
    const missing = group.map(({ uid }) => uid).filter(uid => !taken.includes(uid));
    const there = await sizesOf(client, missing);
    for (const { uid } of there) stuck.add(uid);
    if (there.length > 0) stuckTriedAt = performance.now();
    for (const { uid } of group) tries.delete(uid);
    return taken;
  }

  async function keepMail({ uid, source, size }: Sourced, group: Found[]) {
    try {
      const mail = { raw: source, size, source: 'imap' as const, mailboxId: mailbox.id, uidValidity, uid };
      const { result } = await store(parts.ctx, mail);
      parts.metrics.mailsTaken.inc({ source: 'imap', result });
    } catch (error) {
      // The mail is not to blame for a database that is away.
      if (!(await answers(parts.ctx))) for (const each of group) tries.delete(each.uid);
      throw new ImapFault('storing', (error as Error).message);
    }
  }
}

/** Without a last UID: what is unread, and whatever came since this mailbox is watched. */
async function whatIsNew(client: ImapFlow, lastUid: number | null, since: Date): Promise<Found[]> {
  const range = lastUid === null ? '1:*' : `${lastUid + 1}:*`;
  const uids = (await client.search({ uid: range }, { uid: true })) || [];
  // `9:*` means the last mail, too, when there is none from 9 on.
  const fresh = uids.filter(uid => lastUid === null || uid > lastUid).sort((a, b) => a - b);
  if (lastUid !== null) return sizesOf(client, fresh);
  return sizesOf(
    client,
    fresh,
    mail => !mail.flags?.has('\\Seen') || new Date(mail.internalDate ?? 0) >= since,
  );
}

async function sizesOf(
  client: ImapFlow,
  uids: readonly number[],
  wanted: (mail: FetchMessageObject) => boolean = () => true,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let i = 0; i < uids.length; i += 500) {
    const part = uids.slice(i, i + 500).join(',');
    const query = { uid: true, size: true, flags: true, internalDate: true };
    for await (const mail of client.fetch(part, query, { uid: true }))
      if (wanted(mail)) found.push({ uid: mail.uid, size: mail.size ?? 0 });
  }
  return found.sort((a, b) => a.uid - b.uid);
}

function batches(found: readonly Found[]): Found[][] {
  const all: Found[][] = [];
  let bytes = 0;
  for (const each of found) {
    const last = all.at(-1);
    if (last && last.length < BATCH && bytes + each.size <= BATCH_BYTES) {
      last.push(each);
      bytes += each.size;
    } else {
      all.push([each]);
      bytes = each.size;
    }
  }
  return all;
}

type Sourced = Found & { source: Buffer };

/** The mails of a batch as they are; of one that is too large only its beginning. */
async function sourcesOf(client: ImapFlow, group: readonly Found[]): Promise<Sourced[]> {
  const sources: Sourced[] = [];
  for (const isLarge of [false, true]) {
    const some = group.filter(({ size }) => size > MAX_MAIL_BYTES === isLarge);
    if (some.length === 0) continue;
    const query = { uid: true, size: true, source: isLarge ? { start: 0, maxLength: HEADER_BYTES } : true };
    for await (const mail of client.fetch(some.map(({ uid }) => uid).join(','), query, { uid: true }))
      if (mail.source && mail.source.length > 0)
        sources.push({ uid: mail.uid, size: mail.size ?? mail.source.length, source: mail.source });
  }
  return sources.sort((a, b) => a.uid - b.uid);
}

/** Says at the source that these were taken; only ever after they are committed here. */
async function mark(client: ImapFlow, { afterTaking, takenFolder }: Watched, uids: readonly number[]) {
  if (uids.length === 0) return;
  const range = uids.join(',');
  const byUid = { uid: true };
  if (afterTaking === 'flag') await client.messageFlagsAdd(range, ['\\Seen'], byUid);
  else if (afterTaking === 'move') await client.messageMove(range, takenFolder, byUid);
  else await client.messageDelete(range, byUid);
}
