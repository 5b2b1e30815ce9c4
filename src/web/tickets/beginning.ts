import type { Request } from 'express';
import type { TicketTemplate } from '../../domain/tickets/template.ts';
import { templateChoices, templateToUse } from '../../domain/tickets/template.ts';

type Values = Record<string, unknown>;

/** Browsers send lines ended by CR LF; what is stored has LF. */
const textOf = (value: unknown) => (typeof value === 'string' ? value.replace(/\r\n?/g, '\n').trim() : '');

/**
 * What the form of a new ticket shows once a template is chosen. What somebody typed stays: the template fills what
 * is empty, and its description goes below theirs. Words of the template that was chosen before count as not typed.
 */
export function withTemplate(
  values: Values,
  template: TicketTemplate | undefined,
  before?: TicketTemplate,
): Values {
  const subject = textOf(values.subject) === before?.subject ? '' : textOf(values.subject);
  const body = withoutEnd(textOf(values.body), before?.body.trim() ?? '');
  const category = values.category === String(before?.categoryId) ? '' : values.category;
  if (!template) return { ...values, subject, body, category, template: '' };
  const added = body.includes(template.body.trim()) ? '' : template.body.trim();
  return {
    ...values,
    subject: subject || template.subject,
    body: [body, added].filter(Boolean).join('\n\n'),
    category: category || (template.categoryId ?? ''),
    template: template.id,
  };
}

const withoutEnd = (text: string, end: string) =>
  end && text.endsWith(end) ? text.slice(0, -end.length).trim() : text;

/** The templates this person may begin with, and the one that is chosen. */
export async function templatesFor(req: Request, chosen: unknown) {
  const [templates, template] = await Promise.all([templateChoices(req.ctx), chosenTemplate(req, chosen)]);
  return { templates, template };
}

export const chosenTemplate = async (req: Request, chosen: unknown) =>
  /^\d{1,15}$/.test(String(chosen ?? '')) ? templateToUse(req.ctx, Number(chosen)) : undefined;
