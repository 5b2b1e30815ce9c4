/**
 * The texts of a form with files as those of a plain one come: multer makes objects without prototype, and PostgreSQL
 * has no NUL in its texts.
 */
export const textFields = (body: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({ ...(body as object) })
      .filter(([name]) => name !== '__proto__')
      .map(([name, value]) => [name, Array.isArray(value) ? value.map(clean) : clean(value)]),
  );

const clean = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll('\0', '') : value);

const MALFORMED = /^(Malformed|Unexpected end of|Multipart: )/;

/** A body that is no form, or is cut off, is the sender's fault: the reader of forms says so in words alone. */
export const readingError = (error: Error): Error =>
  MALFORMED.test(error.message) ? Object.assign(error, { status: 400 }) : error;
