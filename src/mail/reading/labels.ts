import type { ReadMail } from '../../domain/mail/message.ts';
import type { Leaf } from './leaves.ts';

type Seen = { leaves: Leaf[]; text: string; hasCalendar: boolean; hasTnef: boolean };

/** What a person should know before reading: nothing sealed is opened here, and no signature checked. */
export function labelsOf({ leaves, text, hasCalendar, hasTnef }: Seen): ReadMail['labels'] {
  const labels = new Set<ReadMail['labels'][number]>();
  for (const { part } of leaves) {
    const { value, parameters } = part.type;
    if (/^application\/(x-)?pkcs7-mime$/.test(value))
      labels.add(parameters['smime-type'] === 'signed-data' ? 'signed' : 'encrypted');
    else if (value === 'application/pgp-encrypted') labels.add('encrypted');
    else if (/^application\/((x-)?pkcs7|pgp)-signature$/.test(value)) labels.add('signed');
  }
  if (/^-----BEGIN PGP MESSAGE-----/m.test(text)) labels.add('encrypted');
  if (/^-----BEGIN PGP SIGNED MESSAGE-----/m.test(text)) labels.add('signed');
  if (hasCalendar) labels.add('calendar');
  if (hasTnef) labels.add('tnef');
  return [...labels];
}
