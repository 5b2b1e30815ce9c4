import type { Request } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { Conflict, type FieldErrors, Forbidden, Invalid } from '../../domain/errors.ts';
import { once } from '../../domain/submitting.ts';
import type { Translate } from '../../platform/translating.ts';

/** What a template needs of a form: what was typed and what to correct, a message a field. */
export type FormState = { values: Record<string, unknown>; errors: FieldErrors };
export type Submitted<Result> = (
  | { ok: true; result: Result; repeated: boolean }
  | { ok: false; conflict?: Conflict }
) &
  FormState;

export const emptyForm = (values: Record<string, unknown> = {}): FormState => ({ values, errors: {} });

const OWN_FIELDS = new Set(['_csrf', '_key', '_method']);

/** The fields of the body without our own hidden ones; nothing else is dropped, so an unknown one is refused. */
export function fieldsOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => !OWN_FIELDS.has(name)));
}

/**
 * Checks the body and runs `work` once for the form's hidden key, in one transaction. Bad input, from the schema
 * or from the domain, comes back with what was typed. Any other error goes to the error page.
 * The result is kept for a repeat, so it must be plain JSON (ids and numbers). `errors` are those found before, in files.
 */
export async function submit<Input, Result extends object>(
  req: Request,
  schema: z.ZodType<Input>,
  work: (ctx: Context, input: Input) => Promise<Result>,
  { actor, errors = {} }: { actor?: string; errors?: FieldErrors } = {},
): Promise<Submitted<Result>> {
  // A multipart body that its route did not read: nobody has looked at its token.
  if (req.csrfPending) throw new Forbidden('The token of the form was not checked');
  const values = fieldsOf(req.body);
  const parsed = schema.safeParse(values);
  const wrong = { ...errors, ...(parsed.success ? {} : messages(parsed.error, req.t)) };
  if (!parsed.success || Object.keys(wrong).length > 0) return { ok: false, values, errors: wrong };
  try {
    const outcome = await once(req.ctx, formKey(req), tx => work(tx, parsed.data), actor);
    return { ok: true, values, errors: {}, ...outcome };
  } catch (error) {
    if (error instanceof Invalid) return { ok: false, values, errors: error.errors };
    if (error instanceof Conflict) return { ok: false, values, errors: {}, conflict: error };
    throw error;
  }
}

/** The form's hidden key, with the path it belongs to; undefined if it is not of the shape we give out. */
export function formKey(req: Request): string | undefined {
  const key = (req.body as Record<string, unknown> | undefined)?._key;
  return typeof key === 'string' && /^[\w-]{8,64}$/.test(key) ? `${req.path}:${key}` : undefined;
}

function messages(error: z.ZodError, t: Translate): FieldErrors {
  const errors: FieldErrors = {};
  for (const issue of error.issues) {
    const field = String(issue.path[0] ?? '');
    if (issue.code === 'unrecognized_keys')
      errors[''] = t('This form has a field we do not know. Load the page again');
    else errors[field] ??= issue.message;
  }
  return errors;
}

/** Building blocks for schemas, with errors that say what to do. */
export const fields = (t: Translate) => ({
  /** One line of text, trimmed; control characters become spaces. */
  line: (message: string, max = 200) =>
    z
      .string({ error: message })
      .transform(value => value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim())
      .pipe(
        z
          .string()
          .min(1, message)
          .max(max, t('Shorten this to {{count}} characters', { count: max })),
      ),
  optionalLine: (max = 200) =>
    z
      .string()
      .optional()
      .transform(value => (value ?? '').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim())
      .pipe(z.string().max(max, t('Shorten this to {{count}} characters', { count: max }))),
  text: (message: string, max = 100_000) =>
    z
      .string({ error: message })
      .transform(value => value.replace(/\r\n?/g, '\n').replaceAll('\u0000', '').trim())
      .pipe(
        z
          .string()
          .min(1, message)
          .max(max, t('Shorten this to {{count}} characters', { count: max })),
      ),
  email: () =>
    z
      .string({ error: t('Enter an email address like name@company.com') })
      .trim()
      .max(254, t('Enter an email address like name@company.com'))
      .pipe(z.email(t('Enter an email address like name@company.com'))),
  /** The key of a row; empty means none. */
  optionalId: (message: string) =>
    z
      .string()
      .optional()
      .transform(value => (value ? Number(value) : null))
      .pipe(
        z.number(message).int(message).positive(message).max(Number.MAX_SAFE_INTEGER, message).nullable(),
      ),
  id: (message: string) =>
    z
      .string({ error: message })
      .regex(/^\d{1,15}$/, message)
      .transform(Number),
  /** Zero, one or several hidden ids. */
  ids: () =>
    z
      .union([z.string(), z.array(z.string())])
      .optional()
      .transform(value => (value === undefined ? [] : Array.isArray(value) ? value : [value]).filter(Boolean))
      .pipe(
        z
          .array(
            z
              .string()
              .regex(/^\d{1,15}$/)
              .transform(Number),
          )
          .max(500),
      ),
  checkbox: () =>
    z
      .enum(['on', '1', 'true'])
      .optional()
      .transform(value => value !== undefined),
});
