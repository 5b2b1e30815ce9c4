import type { Request } from 'express';
import { z } from 'zod';
import type { Translate } from '../../platform/translating.ts';

/** Whether it is good enough is the domain's to say; here only what no form of ours sends is refused. */
export const newPassword = (t: Translate) =>
  z
    .string({ error: t('Enter a password') })
    .min(1, t('Enter a password'))
    .max(1_000, t('Enter a shorter password'));

/** The secret of a mailed link. Anything of another shape is nobody's. */
export function tokenParam(req: Request): string {
  const { token } = req.params;
  return typeof token === 'string' && /^[\w-]{20,100}$/.test(token) ? token : '-';
}
