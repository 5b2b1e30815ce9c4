import { fullName, isPerson, type Role } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { type FieldErrors, Invalid, Unauthenticated } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import type { QuietHours } from './quiet-hours.ts';
import { type Choices, heard, isUnseen, mailChoicesFor, topicsFor, usualChoices } from './topics.ts';

/** Hours are those of the person's own clock. */
export type Preferences = {
  choices: Choices;
  digestHour: number;
  quiet: QuietHours | null;
  /** Mentions and tickets that are given to them may come in quiet hours. */
  urgentThrough: boolean;
};

export async function findPreferences(ctx: Context): Promise<Preferences> {
  const { id, role } = own(ctx);
  const [chosen, times] = await Promise.all([
    ctx.db('notification_preferences').where({ user_id: id }).select('topic', 'page', 'mail', 'push'),
    ctx.db('notification_times').where({ user_id: id }).first(),
  ]);
  const choices = usualChoices(role);
  for (const { topic, ...choice } of chosen) choices[topic as keyof Choices] = choice;
  return {
    choices: heard(role, choices),
    digestHour: times?.digest_hour ?? 8,
    quiet: times?.quiet_from ? { from: times.quiet_from, to: times.quiet_to, days: times.quiet_days } : null,
    urgentThrough: times?.urgent_through ?? true,
  };
}

/** Keeps what the person could choose about; the mails of their own account are none of it and always come. */
export async function savePreferences(ctx: Context, wanted: Preferences): Promise<object> {
  const { id, role } = own(ctx);
  refuseUnseen(ctx, role, wanted.choices);
  return ctx.transaction(async tx => {
    const rows = topicsFor(role).map(topic => ({ user_id: id, topic, ...wanted.choices[topic] }));
    await tx.db('notification_preferences').insert(rows).onConflict(['user_id', 'topic']).merge();
    const { digestHour, quiet, urgentThrough } = wanted;
    await tx
      .db('notification_times')
      .insert({
        user_id: id,
        digest_hour: digestHour,
        quiet_from: quiet?.from ?? null,
        quiet_to: quiet?.to ?? null,
        ...(quiet ? { quiet_days: quiet.days } : {}),
        urgent_through: urgentThrough,
      })
      .onConflict('user_id')
      .merge();
    const label = isPerson(tx.actor) ? fullName(tx.actor) : '';
    const subject = { objectType: 'user' as const, objectId: id, label };
    await recordEvent(tx, 'user.notifications-changed', subject, { silent: true });
    return {};
  });
}

/** Beside the choice of the mail, which can mend it. */
function refuseUnseen({ t }: Context, role: Role, choices: Choices) {
  const errors: FieldErrors = {};
  for (const topic of topicsFor(role)) {
    const choice = choices[topic];
    if (!mailChoicesFor(role, topic).includes(choice.mail))
      errors[`${topic}-mail`] = t('Replies to your tickets come by mail, so that none is lost. Choose when');
    else if (isUnseen(topic, choice))
      errors[`${topic}-mail`] = t('Leave this on the page or in the mail, or you would never hear of it');
  }
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
}

function own(ctx: Context) {
  authorize(ctx, 'profile.manage');
  if (!isPerson(ctx.actor)) throw new Unauthenticated('Sign in first');
  return ctx.actor;
}
