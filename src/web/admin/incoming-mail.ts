import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { ReadMail } from '../../domain/mail/message.ts';
import { findIncoming, type IncomingMail, sourceOf } from '../../domain/mail/one-mail.ts';
import { approveParked, moveMail, refuseParked, rerunMail } from '../../domain/mail/reviewing.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, submit } from '../rendering/forms.ts';
import { sendMailDocument } from '../rendering/mail-document.ts';
import { done } from '../rendering/page.ts';
import { numberParam, queryText } from '../request.ts';
import { adminPage, press, withQuery } from './admin-page.ts';
import { fateWord, ruleSentence, stepWord } from './mail-words.ts';

/** One mail that came in. A ticket's mail is of who works the ticket, so the verbs decide who finds it. */
export function incomingMailRoutes(): Router {
  const router = Router();

  router.get('/admin/mail-log/in/:id', allow('queue.read'), async (req, res) => {
    await showMail(req, res, await findIncoming(req.ctx, numberParam(req, 'id')));
  });

  router.get('/admin/mail-log/in/:id/original', allow('queue.read'), async (req, res) => {
    const raw = await sourceOf(req.ctx, numberParam(req, 'id'));
    const { mail } = await req.services.readMail(raw);
    const html = mail?.originalHtml ?? mail?.html ?? '';
    const withPictures = queryText(req, 'pictures') === '1';
    sendMailDocument(res, html.slice(0, MOST_HTML), { withPictures, inline: inlineOf(mail) });
  });

  router.get('/admin/mail-log/in/:id/source', allow('queue.read'), async (req, res) => {
    const id = numberParam(req, 'id');
    const raw = await sourceOf(req.ctx, id);
    // Never drawn by a browser: a download of bytes, whatever they say they are.
    res.set({
      'Content-Type': 'message/rfc822',
      'Content-Disposition': `attachment; filename="mail-${id}.eml"`,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    });
    res.end(raw);
  });

  const acts = { approval: approveParked, refusal: refuseParked, rerun: rerunMail };
  const notices = (req: Request) => ({
    approval: req.t('It is let in: what becomes of it is shown here in a moment'),
    refusal: req.t('It is refused'),
    rerun: req.t('It is read again: what becomes of it is shown here in a moment'),
  });
  for (const [name, verb] of Object.entries(acts)) {
    router.post(`/admin/mail-log/in/:id/${name}`, allow('mail.manage'), async (req, res) => {
      const mailId = numberParam(req, 'id');
      await findIncoming(req.ctx, mailId);
      const isList = queryText(req, 'back') === 'list';
      await press(req, res, ctx => verb(ctx, { mailId }), {
        to: isList ? parkedList : paths.incomingMail(mailId),
        notice: () =>
          isList && name === 'approval'
            ? req.t('It is let in, and handled in a moment')
            : notices(req)[name as keyof typeof acts],
      });
    });
  }

  router.post('/admin/mail-log/in/:id/move', allow('mail.manage'), async (req, res) => {
    const mail = await findIncoming(req.ctx, numberParam(req, 'id'));
    const message = req.t('Enter the number of a ticket, like 1042');
    const number = z
      .string({ error: message })
      .transform(text => text.replace(/[#\s]/g, ''))
      .pipe(z.string().regex(/^\d{1,15}$/, message))
      .transform(Number);
    const form = await submit(req, z.strictObject({ number }), (ctx, input) =>
      moveMail(ctx, { mailId: mail.id, number: input.number }),
    );
    if (!form.ok) return showMail(req, res, mail, form);
    done(res, {
      to: paths.incomingMail(mail.id),
      notice: req.t('It is moved: the ticket shows it in a moment'),
    });
  });

  return router;
}

const parkedList = withQuery(paths.adminMailLog, { fate: 'needs-you' });
const MOST_HTML = 1_000_000;
const MOST_TEXT = 50_000;

async function showMail(req: Request, res: Response, mail: IncomingMail, form: FormState = emptyForm()) {
  const reading = mail.hasSource
    ? await req.services.readMail(await sourceOf(req.ctx, mail.id))
    : { mail: null, failure: null };
  const withPictures = queryText(req, 'pictures') === '1';
  await adminPage(
    res,
    'mail-log/in',
    {
      sub: 'mail-log',
      title: mail.subject || req.t('No subject'),
      mail,
      reading: reading.mail && readingOf(reading.mail),
      failure: reading.failure?.message,
      fate: fateWord(mail.fate, req.t),
      because: ruleSentence(mail.rule, mail.detail.answer, req.t),
      facts: factsOf(mail, req),
      labels: labelWords(req),
      form,
      withPictures,
      originalHref: withQuery(paths.mailOriginal(mail.id), { pictures: withPictures ? '1' : undefined }),
      stepWord: (type: string) => stepWord(type, req.t),
    },
    { status: Object.keys(form.errors).length > 0 ? 422 : 200 },
  );
}

/** What a page shows of a reading: bounded, since a mail may be of any length. */
const readingOf = (mail: ReadMail) => ({
  ...mail,
  text: mail.text.slice(0, MOST_TEXT),
  isCut: mail.text.length > MOST_TEXT,
  hasHtml: Boolean(mail.html),
  headers: Object.entries(mail.headers)
    .flatMap(([name, values]) => values.map(value => ({ name, value: value.slice(0, 1_000) })))
    .slice(0, 100),
  files: mail.files.slice(0, 50).map(({ filename, contentType, content, role }) => ({
    filename,
    contentType,
    size: content.length,
    role,
  })),
});

/** What the rules saw, in words; of what has none here its own name, so that nothing is hidden. */
const factsOf = ({ detail }: IncomingMail, { t }: Request): [string, string][] => {
  const words: Record<string, string> = {
    because: t('What gave it away'),
    dmarc: t('Check of the sender (DMARC)'),
    keyOf: t('Key of ticket'),
    closed: t('Closed ticket'),
    from: t('Addresses in its From line'),
    was: t('What it would have been'),
    filesLeft: t('Files that are only in the source'),
  };
  return Object.entries(detail)
    .filter(([name, value]) => !ELSEWHERE.has(name) && isSayable(value))
    .map(([name, value]): [string, string] => [
      words[name] ?? name,
      Array.isArray(value) ? value.join(', ') : String(value),
    ])
    .slice(0, 20);
};
/** Shown with the reading, or a key of ours. */
const ELSEWHERE = new Set(['answer', 'problems', 'labels', 'calendar', 'size', 'forwardedBy', 'moveTo']);
const isSayable = (value: unknown) =>
  [value].flat().every(one => typeof one === 'string' || typeof one === 'number');

export const labelWords = ({ t }: Request): Record<ReadMail['labels'][number], string> => ({
  encrypted: t('Encrypted'),
  signed: t('Signed'),
  calendar: t('Calendar invitation'),
  tnef: t('From Outlook (winmail.dat)'),
});

const INLINE_TYPES = /^image\/(png|jpeg|gif|webp)$/;
const MOST_INLINE = 8_000_000;

/** Pictures that came with the mail, small enough to stand in the document. */
function inlineOf(mail: ReadMail | null): Map<string, string> {
  const found = new Map<string, string>();
  let bytes = 0;
  for (const { contentId, contentType, content } of mail?.files ?? []) {
    bytes += content.length;
    if (!contentId || !INLINE_TYPES.test(contentType) || bytes > MOST_INLINE) continue;
    found.set(contentId, `data:${contentType};base64,${content.toString('base64')}`);
  }
  return found;
}
