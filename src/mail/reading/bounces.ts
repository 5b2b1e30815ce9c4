import type { Report } from '../../domain/mail/message.ts';

/**
 * The delivery report a mail is, or null. Takes the raw mail, because reports that follow no standard are
 * told by their bytes, and looks at a bounded part of it alone.
 */
export function reportOf(_raw: Buffer): Report | null {
  return null;
}
