import { Parser } from 'htmlparser2';

/** The words of HTML, nothing else: for comparing what two programs made of the same mail. */
export function bareText(html: string): string {
  let text = '';
  const parser = new Parser({ ontext: each => (text += each) }, { decodeEntities: true });
  parser.end(html);
  return text;
}
