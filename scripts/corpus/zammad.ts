import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { ReadMail } from '../../src/domain/mail/message.ts';
import { safeName } from '../../src/mail/reading/names.ts';
import { filesOf } from './everything.ts';
import type { Section } from './section.ts';
import { bareText } from './texts.ts';

type Expected = {
  from_email: string;
  subject: string;
  body: string;
  content_type: string;
  attachments: Attachment[];
};
type Attachment = { filename: string; data: unknown; preferences?: { 'content-alternative'?: boolean } };

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
  sender: (mail, { from_email }) =>
    [from_email.toLowerCase(), tidySender(from_email)].includes((mail.from[0]?.address ?? '').toLowerCase()),
  subject: (mail, { subject }) => bare(mail.subject) === bare(subject ?? ''),
  'attachment names': (mail, { attachments }) =>
    sorted(mail.files.map(file => file.filename)) ===
    sorted(
      attachments.filter(each => isFile(each) && !isShown(each, mail)).map(each => safeName(each.filename)),
    ),
  'body text': (mail, { body, content_type, attachments }) => {
    if (content_type !== 'text/html') return bare(mail.text) === bare(body === NOTHING ? '' : body);
    const [ours, theirs] = [bareText(mail.html ?? mail.text), bareText(body)];
    return ours === theirs || titleOf(attachments) + ours === theirs;
  },
};

/** They show the title of a page above its text, which no mail program does. */
const titleOf = (attachments: Attachment[]) => {
  const page = attachments.find(each => !isFile(each))?.data;
  return bareText(/<title>([^<]*)/i.exec(typeof page === 'string' ? page : '')?.[1] ?? '');
};
/** What they write where a mail says nothing. */
const NOTHING = 'no visible content';
/** Of a From line they cannot read they give all; the address in it counts. */
const tidySender = (sender: string) =>
  /("[^"]+"@)?[^\s"<>]+(?=[">]*$)/.exec(sender.toLowerCase())?.[0] ?? sender.toLowerCase();
/** They keep the HTML as a file beside the text that was made of it; here it is the mail's own HTML. */
const isFile = ({ preferences }: Attachment) => !preferences?.['content-alternative'];
/** They make files of all texts but the first; here those are read on. */
const isShown = ({ data }: Attachment, mail: ReadMail) =>
  typeof data === 'string' &&
  bareText(mail.html ?? mail.text).includes(bareText(data)) &&
  bareText(data) !== '';

const bare = (text: string) => text.normalize('NFC').replace(/[\s\u200b]+/gu, '');
/** Two files of one name are numbered in one way by them and in another here. */
const sorted = (names: string[]) =>
  JSON.stringify(
    names
      .map(name => name.normalize('NFC'))
      .map(unnumbered)
      .toSorted((a, b) => a.localeCompare(b)),
  );
const unnumbered = (name: string, _: number, names: string[]) =>
  [...name.matchAll(/1(?=\.)/g)]
    .map(({ index }) => name.slice(0, index) + name.slice(index + 1))
    .find(each => names.includes(each)) ?? name;
