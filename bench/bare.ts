import ejs from 'ejs';
import express, { type Express } from 'express';
import session, { type Store } from 'express-session';
import { query } from '../src/db/knex.ts';
import type { Services } from '../src/services.ts';

const LIST = ejs.compile(
  '<!doctype html><html><head><title>Bare</title></head><body><table><% for (const row of it.rows) { %><tr><td><%= row.number %></td><td><a href="/tickets/<%= row.number %>"><%= row.subject %></a></td><td><%= row.status %></td><td><%= row.priority %></td><td><%= row.updated_at.toISOString() %></td></tr><% } %></table></body></html>',
  { strict: true, localsName: 'it', client: false },
);
const THREAD = ejs.compile(
  '<!doctype html><html><head><title>Bare</title></head><body><h1><%= it.ticket.subject %></h1><% for (const one of it.comments) { %><article><p><%= one.body %></p></article><% } %></body></html>',
  { strict: true, localsName: 'it', client: false },
);

/**
 * The least a page of this kind can cost: Express, a session in the same store, one indexed query, one cached
 * strict template. Each of our pages is measured beside one of these, in the same process and minute.
 */
export function bareApp(services: Services, store: Store): Express {
  const { db } = services;
  const app = express();
  app.set('etag', false);
  app.use(
    session({
      name: 'bare',
      secret: services.config.secrets.session,
      store,
      resave: false,
      saveUninitialized: true,
    }),
  );
  app.get('/queue', async (_req, res) => {
    const rows = await query(
      db,
      `select number, subject, status, priority, updated_at from tickets where status_kind in ('new', 'open', 'waiting') and spam_at is null order by created_at desc, id desc limit 50`,
    );
    res.type('html').send(LIST({ rows }));
  });
  app.get('/tickets/:number', async (req, res) => {
    const [ticket] = await query<{ id: number }>(db, 'select id, subject from tickets where number = ?', [
      Number(req.params.number),
    ]);
    const comments = await query(db, 'select body from comments where ticket_id = ? order by id limit 20', [
      ticket?.id ?? 0,
    ]);
    res.type('html').send(THREAD({ ticket, comments }));
  });
  app.post('/tickets', express.urlencoded({ extended: false }), async (_req, res) => {
    await db.raw('insert into bench_rows (subject, body) values (?, ?)', [
      'A bare row',
      'With a line of text',
    ]);
    res.redirect(303, '/queue');
  });
  return app;
}
