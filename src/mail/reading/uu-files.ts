import type { Files } from './files.ts';
import { decodeUu } from './transfer.ts';

const MOST = 50;

/** Files that old programs wrote into the text itself leave it and become files. */
export function takeUuFiles(text: string | null, files: Files): string | null {
  if (!text?.includes('begin ')) return text;
  let [kept, at] = ['', 0];
  for (let count = 0; count < MOST; count += 1) {
    const found = decodeUu(text, at);
    if (!found) break;
    kept += text.slice(at, found.start);
    at = found.end;
    files.add({
      filename: found.filename,
      contentType: 'application/octet-stream',
      content: found.content,
      contentId: null,
    });
  }
  return kept + text.slice(at);
}
