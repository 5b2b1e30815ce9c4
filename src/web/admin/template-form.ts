import type { Request } from 'express';
import { z } from 'zod';
import { NotFound } from '../../domain/errors.ts';
import { checkedWording } from '../../domain/mail/changing-templates.ts';
import { ownWording, type Wording } from '../../domain/mail/own-wording.ts';
import { isTemplateEvent } from '../../domain/mail/template-events.ts';
import type { TemplateKey } from '../../domain/mail/templates.ts';
import type { Translate } from '../../platform/translating.ts';
import { fields } from '../rendering/forms.ts';

const LONGEST = 2_000;

export function wordingSchema(t: Translate) {
  const f = fields(t);
  const text = z
    .string()
    .default('')
    .transform(value => value.replace(/\r\n?/g, '\n').replaceAll('\0', '').trim())
    .pipe(z.string().max(LONGEST, t('Shorten this to {{count}} characters', { count: LONGEST })));
  return z.strictObject({
    subject: f.line(t('Enter a subject'), 200),
    heading: f.line(t('Enter a heading'), 200),
    before: text,
    after: text,
    button: f.optionalLine(60),
    ticket: f.optionalLine(20).transform(numberIn),
    version: z.coerce.number(t('Load the page again')).int().min(0).max(1_000_000),
  });
}

export type WordingInput = z.infer<ReturnType<typeof wordingSchema>>;

export const wordingOf = ({ subject, heading, before, after, button }: WordingInput): Wording => ({
  ...{ subject, heading, before, after, button },
});

/** "1042" and "#1042"; null for anything else. */
export function numberIn(text: string): number | null {
  const found = /^#?\s*(\d{1,15})$/.exec(text);
  return found ? Number(found[1]) : null;
}

/** Of the address; only languages the product speaks, and events it knows. */
export function keyOf(req: Request): TemplateKey {
  const { event, language } = req.params;
  const isKnown = typeof language === 'string' && req.services.translator.locales.includes(language);
  if (typeof event !== 'string' || !isTemplateEvent(event) || !isKnown)
    throw new NotFound('No such template');
  return { event, language };
}

export const languageWords = (req: Request, { language }: TemplateKey): Translate =>
  req.services.translator.forLocale(language);

export const ownText = (req: Request, key: TemplateKey): Wording =>
  ownWording(key.event, languageWords(req, key));

/** What was typed, if it could be saved; else Invalid, or what the form says is wrong. */
export function typedWording(req: Request, key: TemplateKey, input: WordingInput): Wording {
  return checkedWording(req.ctx, key.event, wordingOf(input));
}
