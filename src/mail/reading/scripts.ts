import iconv from 'iconv-lite';

type Candidate = {
  charset: string;
  signs: RegExp;
  bytesEach: number;
  least: number;
  /** A sixth of the signs must be of these: Chinese read as Korean is Hangul throughout, but not of words. */
  common?: RegExp;
};

/** What writing in these charsets looks like when it was read rightly; bytes of Chinese can be anything, so it is last. */
const CANDIDATES: Candidate[] = [
  { charset: 'windows-1251', signs: /[а-яё]/gu, bytesEach: 1, least: 0.7 },
  { charset: 'koi8-r', signs: /[а-яё]/gu, bytesEach: 1, least: 0.7 },
  { charset: 'shift_jis', signs: /[\u3041-\u3096\u30a1-\u30fcー、。]/gu, bytesEach: 2, least: 0.7 },
  { charset: 'euc-jp', signs: /[\u3041-\u3096\u30a1-\u30fcー、。]/gu, bytesEach: 2, least: 0.5 },
  {
    charset: 'cp949',
    signs: /[\uac00-\ud7a3]/gu,
    bytesEach: 2,
    least: 0.85,
    common: /[이다는에가을의로하고지니서한를은도습합세요기사안시나해인]/gu,
  },
  { charset: 'gb18030', signs: /[\u4e00-\u9fa5，。！？：；（）、]/gu, bytesEach: 2, least: 0.6 },
];

/**
 * Which charset bytes without a declaration are in: in western text high bytes stand alone; where they do not, it is
 * the first charset in which most of them are everyday writing.
 */
export function likeliestScript(bytes: Buffer): string {
  const some = bytes.subarray(0, 4_000);
  const runs = some.toString('latin1').match(/[\x80-\xff]+/g) ?? [];
  const high = runs.reduce((sum, run) => sum + run.length, 0);
  if (high < 6 || high / runs.length < 1.6) return 'windows-1252';
  const found = CANDIDATES.find(({ charset, signs, bytesEach, least, common }) => {
    const text = iconv.decode(some, charset);
    const wrong = text.split('\ufffd').length - 1;
    const right = count(text, signs);
    return (right * bytesEach - wrong * 4) / high >= least && (!common || count(text, common) * 6 >= right);
  });
  return found?.charset ?? 'windows-1252';
}

const count = (text: string, signs: RegExp) => text.match(signs)?.length ?? 0;
