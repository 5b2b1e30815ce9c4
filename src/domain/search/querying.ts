/** Lower-case words without accents or signs, as the documents hold them; CJK runs become pairs of characters. */
export function wordsOf(text: string): string[] {
  if (PLAIN.test(text))
    return (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).slice(0, 2_000).map(word => word.slice(0, 60));
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o');
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? [])
    .flatMap(word => (CJK.test(word) ? pairs(word) : [word.slice(0, 60)]))
    .slice(0, 2_000);
}

// Most texts: the same words at a fifth of the cost.
const PLAIN = /^[\t\n\r -~]*$/;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

function pairs(word: string): string[] {
  const letters = [...word.normalize('NFC')];
  return letters.length < 2 ? letters : letters.slice(0, -1).map((letter, i) => letter + letters[i + 1]);
}
