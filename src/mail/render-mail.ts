import { readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { markedLine } from '../domain/mail/answer-line.ts';
import { plainText, richText } from '../platform/rich-text.ts';
import type { Content } from './content.ts';
import type { Pen } from './formatting.ts';

type Template = (it: object) => string;

const fromDist = import.meta.dirname.includes(`${path.sep}dist${path.sep}`);
const viewsFolder = path.resolve(import.meta.dirname, fromDist ? '../../../views' : '../../views');
/** What Prettier must leave as Outlook reads it is marked in the template; the mark is not for readers. */
const IGNORED = /\s*<!-- prettier-ignore -->/g;

const compiled = new Map<string, Template>();

export type Frame = { companyName: string; locale: string; ticketNumber: number | null };

/** Both parts of a mail from the same content. Values are escaped; a message's Markdown goes through the allow-list. */
export function renderMail(content: Content, frame: Frame, pen: Pen): { html: string; text: string } {
  const it = {
    ...frame,
    content,
    t: pen.t,
    dateTime: pen.dateTime,
    bytes: pen.bytes,
    dir: /^(ar|he|fa|ur)/.test(frame.locale) ? 'rtl' : 'ltr',
    html: richText,
    plain: plainText,
    marked: markedLine,
  };
  return {
    html: template('letter.html')(it).replace(IGNORED, ''),
    text: `${template('letter.text')(it)
      .replace(/\n{3,}/g, '\n\n')
      .trim()}\n`,
  };
}

function template(name: string): Template {
  let made = compiled.get(name);
  if (!made) {
    const file = path.join(viewsFolder, 'mail', `${name}.ejs`);
    made = ejs.compile(readFileSync(file, 'utf8'), {
      filename: file,
      strict: true,
      localsName: 'it',
      compileDebug: false,
    }) as Template;
    compiled.set(name, made);
  }
  return made;
}
