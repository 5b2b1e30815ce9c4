import express, { type Express, type RequestHandler } from 'express';

/** Plain forms only: flat names, bounded in size and number. Files go through web/uploads. */
export function setUpParsing(app: Express) {
  app.use(limitTime, express.urlencoded({ extended: false, limit: '400kb', parameterLimit: 700 }), tidy);
}

/** PostgreSQL has no NUL in its texts; and a request without a form has an empty one. A body of files is read later. */
const tidy: RequestHandler = (req, _res, next) => {
  if (!req.is('multipart/form-data')) req.body = withoutNul(req.body);
  next();
};

const withoutNul = (body: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body ?? {}).map(([name, value]) => [name, clean(value)]));

const clean = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(clean);
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
};

/** A plain form is small: one that takes a minute to arrive is let go. Forms with files have the server's own limit. */
const BODY_MS = 60_000;

const limitTime: RequestHandler = (req, _res, next) => {
  if (req.complete || req.is('multipart/form-data')) return next();
  const timer = setTimeout(() => req.destroy(), BODY_MS);
  for (const event of ['end', 'close'] as const) req.once(event, () => clearTimeout(timer));
  next();
};
