import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { Forbidden } from '../../domain/errors.ts';
import { MAX_BODY } from '../../domain/tickets/comment.ts';
import {
  EDIT_MINUTES,
  editNote,
  findNote,
  mayEditNote,
  noteVersions,
} from '../../domain/tickets/editing-notes.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { numberParam } from '../request.ts';
import { ticketIn, viewOf } from './place.ts';

/** One's own note can be corrected for some minutes; who works the ticket sees what it said before. */
export function noteRoutes(): Router {
  const router = Router();

  router.get('/tickets/:number/notes/:id', allow('ticket.note'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    return showEditor(req, res, ticket);
  });

  router.put('/tickets/:number/notes/:id', allow('ticket.note'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const id = numberParam(req, 'id');
    const schema = z.strictObject({
      body: fields(req.t).text(req.t('Write the note, or leave it as it was'), MAX_BODY),
    });
    const form = await submit(req, schema, (ctx, { body }) => editNote(ctx, ticket, id, body));
    if (!form.ok) return showEditor(req, res, ticket, form);
    return done(res, { to: `${ticketIn(req, ticket)}#c${id}`, notice: req.t('Note changed') });
  });

  router.get('/tickets/:number/notes/:id/history', allow('ticket.note'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const note = await findNote(req.ctx, ticket, numberParam(req, 'id'));
    const versions = await noteVersions(req.ctx, ticket, note.id);
    const title = req.t('What this note said before');
    return page(
      res,
      'tickets/note-history',
      { title, ticket, note, versions, view: viewOf(req) },
      { layout: 'desk' },
    );
  });

  return router;
}

async function showEditor(req: Request, res: Response, ticket: Ticket, form?: FormState) {
  const note = await findNote(req.ctx, ticket, numberParam(req, 'id'));
  if (!mayEditNote(req.ctx, note)) throw new Forbidden('Only its author, for some minutes');
  const locals = {
    title: req.t('Edit your note'),
    ticket,
    note,
    form: form ?? emptyForm({ body: note.body }),
    minutes: EDIT_MINUTES,
    view: viewOf(req),
  };
  return page(res, 'tickets/note', locals, { layout: 'desk', status: form ? 422 : 200 });
}
