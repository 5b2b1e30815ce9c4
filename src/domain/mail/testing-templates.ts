import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { mailsWithin, queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { requirePerson } from '../replies/saved-reply.ts';
import { findTicket } from '../tickets/ticket.ts';
import { checkedWording, templateName } from './changing-templates.ts';
import type { Wording } from './own-wording.ts';
import type { Sample } from './sample-letters.ts';
import { isAboutTicket } from './template-events.ts';
import type { TemplateKey } from './templates.ts';

/** Tests an hour, for each admin. */
const TESTS = 10;

/** Queues a mail with these words to the admin's own address, and to no other: whoever asks cannot name one. */
export async function testTemplate(
  ctx: Context,
  key: TemplateKey,
  { number, ...typed }: Wording & { number: number | null },
): Promise<{ email: string }> {
  authorize(ctx, 'mail-template.manage');
  const { id, email } = requirePerson(ctx);
  if (!email) throw new Invalid({ '': ctx.t('Your account has no email address') });
  const sample: Sample = { ...key, number, wording: checkedWording(ctx, key.event, typed) };
  await requireTicket(ctx, sample);
  return ctx.transaction(async tx => {
    await tx.db.raw('select 1 from users where id = ? for no key update', [id]);
    if ((await mailsWithin(tx.db, id, 'template-test', 60)) >= TESTS)
      throw new Invalid({
        '': tx.t('At most {{most}} tests an hour. Wait a little', { most: TESTS }),
      });
    const subject = { objectType: 'mail-template' as const, label: templateName(tx, key) };
    const eventId = await recordEvent(tx, 'mail-template.tested', subject, { silent: true, data: key });
    const secret = JSON.stringify(sample);
    await queueMail(tx, {
      eventId,
      recipientId: personId(tx.actor) ?? id,
      template: 'template-test',
      secret,
    });
    return { email };
  });
}

/** Says beside the field what is wrong with the ticket's number. */
export async function requireTicket(ctx: Context, { event, number }: Pick<Sample, 'event' | 'number'>) {
  if (!isAboutTicket(event)) return;
  if (number === null) throw new Invalid({ ticket: ctx.t('Enter the number of a ticket') });
  try {
    await findTicket(ctx, number);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new Invalid({ ticket: ctx.t('There is no ticket #{{number}}', { number }) });
  }
}
