import type { Request } from 'express';
import { z } from 'zod';
import { methods } from '../../domain/assignment/choosing.ts';
import type { TeamRule } from '../../domain/assignment/team-rules.ts';
import { fields } from '../rendering/forms.ts';

/** The form of how a team's tickets find an owner; an empty number is none. */
export function assignmentSchema({ t }: Pick<Request, 't'>): z.ZodType<TeamRule> {
  const optional = (max: number) => {
    const message = t('Enter a number from {{min}} to {{max}}', { min: 1, max });
    return z
      .string()
      .trim()
      .default('')
      .refine(
        text => text === '' || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= max),
        message,
      )
      .transform(text => (text === '' ? null : Number(text)));
  };
  return z.strictObject({
    version: fields(t).id(t('Load the page again')),
    method: z.enum(methods, t('Choose how new tickets find an owner')),
    maxOpen: optional(500),
    stickyDays: optional(365),
    awayHours: optional(720),
  });
}
