import { Parser } from 'htmlparser2';

/** The words of HTML without any space: for comparing what two programs made of the same mail. */
export function bareText(html: string): string {
  let text = '';
  const parser = new Parser({ ontext: each => (text += each) }, { decodeEntities: true });
  parser.end(html);
  // &lang; and &rang; mean other signs since HTML 5.
  return text
    .normalize('NFC')
    .replace(/[\s\u200b]+/gu, '')
    .replaceAll('⟨', '〈')
    .replaceAll('⟩', '〉');
}
