import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { ReadMail } from '../../src/domain/mail/message.ts';
import { filesOf } from './everything.ts';
import type { Section } from './section.ts';
import { bareText } from './texts.ts';

type Expected = {
  from_email: string;
  subject: string;
  body: string;
  content_type: string;
  attachments: { filename: string; preferences?: { 'content-alternative'?: boolean } }[];
};

/** Each mail as zammad reads it: sender, subject, names of files, and the words of the body. */
export const zammad: Section = {
  name: 'zammad',
  async score(corpus) {
    const right: Record<string, number> = { sender: 0, subject: 0, 'attachment names': 0, 'body text': 0 };
    const files = filesOf(path.join(corpus.folder, 'emails/zammad')).filter(file => file.endsWith('.eml'));
    for (const file of files) {
      const name = path.basename(file, '.eml');
      const mail = await corpus.read(name, readFileSync(file));
      const expected = expectedOf(file.replace(/\.eml$/, '.expected.yml'));
      for (const what of Object.keys(right)) {
        if (mail && sights[what]!(mail, expected)) right[what]! += 1;
        else corpus.missed('zammad', name, what);
      }
    }
    const least = (what: string) => (what === 'body text' ? 90 : 98);
    return Object.keys(right).map(what => ({
      name: what,
      right: right[what]!,
      of: files.length,
      least: least(what),
    }));
  },
};

/** Their files are Ruby's: the tags name classes that mean nothing here. */
function expectedOf(file: string): Expected {
  return parse(readFileSync(file, 'utf8'), { logLevel: 'silent', schema: 'yaml-1.1' }) as Expected;
}

const sights: Record<string, (mail: ReadMail, expected: Expected) => boolean> = {
  sender: (mail, { from_email }) => mail.from[0]?.address.toLowerCase() === from_email.toLowerCase(),
  subject: (mail, { subject }) => bare(mail.subject) === bare(subject ?? ''),
  'attachment names': (mail, { attachments }) =>
    sorted(mail.files.map(file => file.filename)) ===
    sorted(attachments.filter(isFile).map(({ filename }) => filename)),
  'body text': (mail, { body, content_type }) =>
    bare(mail.html === null ? mail.text : bareText(mail.html)) ===
    bare(content_type === 'text/html' ? bareText(body) : body),
};

/** They keep the HTML as a file beside the text that was made of it; here it is the mail's own HTML. */
const isFile = ({ preferences }: Expected['attachments'][number]) => !preferences?.['content-alternative'];
const bare = (text: string) => text.normalize('NFC').replace(/[\s\u200b]+/gu, '');
const sorted = (names: string[]) =>
  JSON.stringify(names.map(name => name.normalize('NFC')).toSorted((a, b) => a.localeCompare(b)));
