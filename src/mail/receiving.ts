import type { Config } from '../config/config.ts';
import type { Context } from '../domain/context.ts';
import { type MailLimits, usualLimits } from '../domain/mail/coming.ts';
import { type Handled, handleDue } from '../domain/mail/handling.ts';
import { readSafely } from './reading/safely.ts';

type Options = { goOn?: () => boolean; limits?: MailLimits };

/** Handles the mails that have come in, each read in a thread of its own with limits. */
export const receiveDue = (
  ctx: Context,
  { mail }: Pick<Config, 'mail'>,
  { limits = usualLimits, ...options }: Options = {},
): Promise<Handled> => handleDue(ctx, { read: raw => readSafely(raw), own: [mail.from], limits }, options);
