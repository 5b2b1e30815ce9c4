import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { countStates, isLogCursor, listMails, type MailLine, MOST_COUNTED } from '../../domain/mail/log.ts';
import { isLogFate, type LogFate, type LogFilter, outFates } from '../../domain/mail/log-filtering.ts';
import { mailboxChoices } from '../../domain/mail/log-mailboxes.ts';
import { fates } from '../../domain/mail/message.ts';
import { findOutgoing } from '../../domain/mail/one-mail.ts';
import { clearAddress, retryDelivery } from '../../domain/mail/resending.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { numberParam, queryId, queryText } from '../request.ts';
import { adminPage, press, withQuery } from './admin-page.ts';
import { startOfDay, startOfNextDay } from './day-bounds.ts';
import { incomingMailRoutes } from './incoming-mail.ts';
import { becauseOf, bounceReason, fateWord, outgoingBecause, stepWord, templateWord } from './mail-words.ts';

export function mailLogRoutes(): Router {
  const router = Router();

  router.get('/admin/mail-log', allow('mail.manage'), async (req, res) => {
    const { filter, asked } = filterOf(req);
    const [log, states, mailboxes] = await Promise.all([
      listMails(req.ctx, filter, cursorOf(req)),
      countStates(req.ctx),
      mailboxChoices(req.ctx),
    ]);
    const link = (edge: Record<string, string>) => withQuery(paths.adminMailLog, { ...asked, ...edge });
    const locals = {
      sub: 'mail-log' as const,
      title: req.t('Mail log'),
      lines: log.lines.map(line => drawn(req, line)),
      states: statesOf(req, states, asked.fate),
      asked,
      isFiltered: Object.values(asked).some(Boolean),
      fateOptions: [...fates, ...outFates].map(fate => [fate, fateWord(fate, req.t).text]),
      mailboxes,
      previous: log.newer && link({ newer: log.newer }),
      next: log.older && link({ older: log.older }),
      reached: log.reached,
      labels: { previous: req.t('Newer'), next: req.t('Older') },
    };
    await adminPage(res, 'mail-log/index', locals, { fragments: { 'mail-list': 'admin/mail-log/_list' } });
  });

  router.use(incomingMailRoutes());

  // What a ticket sent is of who works it; the verb finds nothing for anybody else.
  router.get('/admin/mail-log/out/:id', allow('queue.read'), async (req, res) => {
    const mail = await findOutgoing(req.ctx, numberParam(req, 'id'));
    await adminPage(res, 'mail-log/out', {
      sub: 'mail-log',
      title: mail.message?.subject || subjectOf(req, mail),
      mail,
      subject: mail.message?.subject || subjectOf(req, mail),
      fate: fateWord(mail.fate, req.t),
      because: outgoingBecause(mail, req.t, req.ctx.now(), whenOf(req)),
      bounced: bounceReason(mail.bounce, req.t),
      kind: templateWord(mail.template, req.t),
      stepWord: (type: string) => stepWord(type, req.t),
    });
  });

  router.post('/admin/mail-log/out/:id/retry', allow('mail.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await pressFor(req, res, id, ctx => retryDelivery(ctx, { id }), req.t('It is sent now'));
  });

  router.delete('/admin/mail-log/out/:id/address', allow('mail.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await pressFor(
      req,
      res,
      id,
      ctx => clearAddress(ctx, { id }),
      req.t('Mails are sent to this address again'),
    );
  });

  return router;
}

const pressFor = (
  req: Request,
  res: Response,
  id: number,
  work: (ctx: Context) => Promise<object>,
  notice: string,
) => press(req, res, work, { to: paths.outgoingMail(id), notice: () => notice });

const day = z.iso.date();

function filterOf(req: Request) {
  const word = (name: string, words: readonly string[]) =>
    words.includes(queryText(req, name)) ? queryText(req, name) : '';
  const fate = queryText(req, 'fate', 20);
  const asked = {
    direction: word('direction', ['in', 'out']),
    fate: isLogFate(fate) ? fate : '',
    mailbox: queryId(req, 'mailbox')?.toString() ?? '',
    address: queryText(req, 'address', 254),
    q: queryText(req, 'q', 100),
    day: day.safeParse(queryText(req, 'day', 10)).data ?? '',
  };
  const filter: LogFilter = {
    direction: (asked.direction || undefined) as LogFilter['direction'],
    fate: (asked.fate || undefined) as LogFate | undefined,
    mailboxId: asked.mailbox ? Number(asked.mailbox) : undefined,
    address: asked.address || undefined,
    words: asked.q || undefined,
    from: startOfDay(asked.day, req.timeZone),
    to: startOfNextDay(asked.day, req.timeZone),
  };
  return { filter, asked };
}

function cursorOf(req: Request) {
  const edge = (name: string) => {
    const text = queryText(req, name, 40);
    return isLogCursor(text) ? text : undefined;
  };
  return { older: edge('older'), newer: edge('newer') };
}

const NEEDS_YOU = ['parked', 'quarantined', 'failed'] as const;

/** What waits for a person first; of the rest only what there is. */
function statesOf(req: Request, states: Awaited<ReturnType<typeof countStates>>, current: string) {
  const state = (fate: (typeof NEEDS_YOU)[number] | 'received' | 'retrying' | 'bounced') => ({
    ...fateWord(fate, req.t),
    fate,
    count: states[fate] >= MOST_COUNTED ? `${MOST_COUNTED - 1}+` : String(states[fate]),
    some: states[fate] > 0,
    isCurrent: current === fate,
    href: withQuery(paths.adminMailLog, { fate }),
  });
  return {
    needsYou: NEEDS_YOU.map(state),
    others: (['received', 'retrying', 'bounced'] as const).map(state).filter(({ some }) => some),
    isCalm: NEEDS_YOU.every(fate => states[fate] === 0),
    needsYouHref: withQuery(paths.adminMailLog, { fate: 'needs-you' }),
  };
}

const drawn = (req: Request, line: MailLine) => ({
  ...line,
  word: fateWord(line.fate, req.t),
  because: becauseOf(line, req.t, req.ctx.now(), whenOf(req)),
  bounced: line.direction === 'out' && line.fate === 'bounced' ? bounceReason(line.bounce, req.t) : '',
  shown: line.direction === 'in' ? line.subject : subjectOf(req, line),
  href: line.direction === 'in' ? paths.incomingMail(line.id) : paths.outgoingMail(line.id),
});

/** As its mail is called: what of a ticket we send is named after it. */
const subjectOf = (
  req: Request,
  {
    template,
    ticketNumber,
    ticketSubject,
  }: { template: string; ticketNumber: number | null; ticketSubject: string | null },
): string =>
  ticketNumber === null || ticketSubject === null
    ? templateWord(template, req.t)
    : req.t('{{what}}: {{subject}}', { what: templateWord(template, req.t), subject: ticketSubject });

/** "in 12 minutes" for what lies ahead, in the person's language. */
export function whenOf({ ctx, locale }: Request): (at: Date) => string {
  const relative = new Intl.RelativeTimeFormat(/^(ar-XB|en-XA)/.test(locale) ? 'en' : locale, {
    numeric: 'auto',
  });
  return at => {
    const seconds = Math.max(0, Math.round((at.getTime() - ctx.now().getTime()) / 1_000));
    if (seconds < 90) return relative.format(seconds, 'second');
    if (seconds < 5_400) return relative.format(Math.round(seconds / 60), 'minute');
    return relative.format(Math.round(seconds / 3_600), 'hour');
  };
}
