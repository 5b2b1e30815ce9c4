/**
 * What a person typed as a tsquery over `simple` words without accents: every word must be there, the last
 * one may be unfinished, "a phrase" stays together, -word must not be there. Undefined if there is no word in it.
 */
export function searchQuery(text: string, { unfinished = true } = {}): string | undefined {
  const parts = [...text.slice(0, 200).matchAll(/(-?)"([^"]+)"|(-?)(\S+)/g)];
  const terms: string[] = [];
  let positive = 0;
  parts.forEach((part, i) => {
    const words = wordsOf(part[2] ?? part[4] ?? '');
    if (words.length === 0) return;
    const last = unfinished && i === parts.length - 1 && part[2] === undefined && !/\s$/.test(text);
    const lexemes = words.map((word, j) => `'${word}'${last && j === words.length - 1 ? ':*' : ''}`);
    const term = lexemes.length > 1 ? `(${lexemes.join(' <-> ')})` : lexemes[0]!;
    if (part[1] === '-' || part[3] === '-') terms.push(`!${term}`);
    else {
      positive += 1;
      terms.push(term);
    }
  });
  return positive > 0 ? terms.slice(0, 12).join(' & ') : undefined;
}

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
