import type { Request } from 'express';
import { z } from 'zod';
import type { Translate } from '../../platform/translating.ts';
import { authorOf, markOf } from '../middleware/author-mark.ts';
import { fieldLabel } from './field-labels.ts';
import { localPath } from './local-path.ts';

/** Bytes of what was typed. More would not fit into the form that carries it. */
const MAX_BYTES = 200_000;
const MAX_AGE_MS = 24 * 3_600_000;
const PURPOSE = 'carried-form';

const carriedSchema = z.object({
  purpose: z.literal(PURPOSE),
  path: z.string(),
  from: z.string(),
  /** The mark of who wrote it; empty if that was somebody who had never signed in. */
  by: z.string().default(''),
  at: z.number(),
  hasFiles: z.boolean(),
  fields: z.array(z.tuple([z.string(), z.string()])),
  /** Names of what is never carried and has to be typed again. */
  secrets: z.array(z.string()).default([]),
});

/** A form that could not be sent, on its way through the sign-in page and back. */
export type CarriedForm = Omit<z.infer<typeof carriedSchema>, 'purpose'>;

// Our own hidden fields are made anew; secrets are typed again.
const OURS = /^_(csrf|key)$/;
const SECRET = /^current$|passw|secret|token/i;

/** Encrypted, so that it says nothing and nobody can make one up. Nothing if it is too long to carry. */
export function sealForm(
  req: Request,
  form: { path: string; from: string; hasFiles: boolean; body: unknown },
): string | undefined {
  const sent = Object.entries(typeof form.body === 'object' && form.body ? form.body : {}).filter(
    ([name]) => !OURS.test(name),
  );
  const secrets = sent.filter(([name, value]) => SECRET.test(name) && value !== '').map(([name]) => name);
  // Beside a password the name of the account is only for the browser's list of passwords.
  const isKept = (name: string) =>
    !SECRET.test(name) && !(name === 'username' && secrets.includes('password'));
  const fields = sent
    .filter(([name]) => isKept(name))
    .flatMap(([name, value]) => [value].flat().map(each => [name, String(each)] as [string, string]));
  // A button alone is pressed again where it stands.
  if (fields.every(([name]) => name === '_method') && secrets.length === 0) return undefined;
  const { path, from, hasFiles } = form;
  const text = JSON.stringify({
    purpose: PURPOSE,
    path,
    from,
    by: authorOf(req),
    at: Date.now(),
    hasFiles,
    fields,
    secrets,
  });
  return Buffer.byteLength(text) > MAX_BYTES ? undefined : req.services.world.encrypt(text);
}

/** What was sealed, if it was by us, for a path of ours, within a day, and written by who is signed in now. */
export function openForm(req: Request, sealed: unknown): CarriedForm | undefined {
  if (typeof sealed !== 'string' || !sealed) return undefined;
  const parsed = carriedSchema.safeParse(decrypted(req, sealed));
  if (!parsed.success) return undefined;
  const { purpose: _, ...form } = parsed.data;
  const age = Date.now() - form.at;
  if (age > MAX_AGE_MS || age < -60_000) return undefined;
  if (form.by && form.by !== markOf(req)) return undefined;
  return localPath(form.path, '') === '' ? undefined : form;
}

function decrypted(req: Request, sealed: string): unknown {
  try {
    return JSON.parse(req.services.world.decrypt(sealed));
  } catch {
    return undefined;
  }
}

export type ShownField = {
  id: string;
  name: string;
  value: string;
  label: string;
  isLong: boolean;
  isSecret: boolean;
  isHidden: boolean;
  isTechnical: boolean;
  /** What it can be, where that is not for everybody to type. */
  options?: { value: string; label: string }[];
};

/** Every field can be seen and changed before it is sent; only the method of the form is not a field. */
export const shownFields = (form: CarriedForm, t: Translate): ShownField[] =>
  [...form.fields, ...form.secrets.map((name): [string, string] => [name, ''])].map(
    ([name, value], index) => ({
      id: `carried-${index}`,
      name,
      value,
      label: fieldLabel(name, form.path, t),
      isSecret: index >= form.fields.length,
      isLong: value.length > 80 || value.includes('\n') || /body|text|description|comment|note/i.test(name),
      isHidden: name === '_method',
      options: name === 'kind' && /^(reply|note)$/.test(value) ? kindsOfMessage(t) : undefined,
      // Keys, versions and boxes say little to a person: they stand folded up, and can be looked at.
      isTechnical:
        index < form.fields.length &&
        (value === '' ||
          value === 'on' ||
          /^(then|impact|save|seen|anyway|was_.*)$/.test(name) ||
          (/^\d*$/.test(value) && /(ids?|version|category|team|assignee|department)$/i.test(name))),
    }),
  );

const kindsOfMessage = (t: Translate) => [
  { value: 'reply', label: t('Reply') },
  { value: 'note', label: t('Internal note') },
];
