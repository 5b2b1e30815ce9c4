import type { ReadFile } from '../../domain/mail/message.ts';
import { contentIdOf } from './bodies.ts';
import { readFields } from './fields.ts';
import { LIMITS, Problems } from './limits.ts';
import { createNaming, nameByKind, safeName } from './names.ts';
import { fieldOf, type Part } from './parts.ts';
import type { Tnef } from './tnef.ts';
import { decodeTransfer } from './transfer.ts';
import { decodeWords } from './words.ts';

/** The files of a mail as they come together: safe names that differ, and what each is for. */
export class Files {
  readonly all: ReadFile[] = [];
  readonly #naming = createNaming();
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  add(file: Omit<ReadFile, 'role'> & Partial<Pick<ReadFile, 'role'>>) {
    if (this.all.length >= LIMITS.files)
      return this.#problems.tell(
        `Only the first ${LIMITS.files} files were kept; the others are in the original.`,
      );
    this.all.push({ role: 'file', ...file, filename: this.#naming(safeName(file.filename)) });
  }

  /** `placed` is the name of a picture that the text shows. */
  addPart(part: Part, placed?: string) {
    const contentId = placed ?? (contentIdOf(part) || null);
    this.add({
      filename: nameOf(part),
      contentType: typeOf(part),
      content: decodeTransfer(part.body, fieldOf(part.fields, 'content-transfer-encoding')),
      contentId,
      ...(isSealed(part) ? { role: 'sealed' as const } : {}),
    });
  }

  /** Text that only RTF has is a file, where the mail has no other. */
  addTnef({ files, rtf }: Tnef, isOnlyText: boolean) {
    for (const { filename, contentType, contentId, content } of files)
      this.add({
        filename: filename || nameByKind(contentType),
        contentType: tidyType(contentType),
        contentId,
        content,
      });
    if (isOnlyText && rtf)
      this.add({ filename: 'message.rtf', contentType: 'application/rtf', contentId: null, content: rtf });
  }

  /** Those that the HTML shows stand in the text, whatever their sender called them. */
  markShown(html: string | null) {
    if (!html) return;
    for (const file of this.all)
      if (file.contentId && file.role === 'file' && html.includes(`cid:${file.contentId}`))
        file.role = 'inline';
  }
}

export function typeOf(part: Part): string {
  const { value } = part.type;
  if (value === '' && part.within === 'multipart/digest') return 'message/rfc822';
  return tidyType(value);
}

const tidyType = (type: string) =>
  /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(type) ? type : 'application/octet-stream';

const isSealed = (part: Part) =>
  /^application\/((x-)?pkcs7-|pgp-)/.test(part.type.value) || part.within === 'multipart/encrypted';

function nameOf(part: Part): string {
  const given = part.disposition.parameters.filename || part.type.parameters.name;
  if (given) return given;
  const description = decodeWords(fieldOf(part.fields, 'content-description'));
  if (typeOf(part) === 'message/rfc822') return `${subjectOf(part) || description || 'mail'}.eml`;
  const location = /([^/\\]+\.\w{1,5})$/.exec(fieldOf(part.fields, 'content-location'))?.[1];
  const id = /^([\w-]+\.[a-z]{2,4})@/i.exec(contentIdOf(part))?.[1];
  return location ?? id ?? nameByKind(typeOf(part), description);
}

/** Of a mail within the mail. */
function subjectOf(part: Part): string {
  const raw = decodeTransfer(part.body, fieldOf(part.fields, 'content-transfer-encoding'));
  const { fields } = readFields(raw, 0, () => false, new Problems());
  return decodeWords(fieldOf(fields, 'subject'));
}
