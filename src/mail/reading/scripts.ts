import iconv from 'iconv-lite';

/** What writing in these charsets looks like when it was read rightly. */
const CANDIDATES: [charset: string, signs: RegExp][] = [
  ['windows-1251', /[а-яё]/gu],
  ['koi8-r', /[а-яё]/gu],
  ['gb18030', /[\u4e00-\u9fa5，。！？：；（）、]/gu],
  ['shift_jis', /[\u3041-\u3096\u30a1-\u30fa、。]/gu],
  ['euc-jp', /[\u3041-\u3096\u30a1-\u30fa、。]/gu],
  ['cp949', /[\uac00-\ud7a3]/gu],
];

/**
 * Which charset bytes without a declaration are in. In western text high
 * bytes stand alone; where they do not, it is the charset in which nearly all of them are everyday writing.
 */
export function likeliestScript(bytes: Buffer): string {
  const some = bytes.subarray(0, 4_000);
  const high = some.reduce((sum, byte) => sum + (byte > 127 ? 1 : 0), 0);
  const runs = some.toString('latin1').match(/[\x80-\xff]+/g)?.length ?? 0;
  if (high < 6 || high / runs < 1.9) return 'windows-1252';
  let best = { charset: 'windows-1252', share: 0.6 };
  for (const [charset, signs] of CANDIDATES) {
    const text = iconv.decode(some, charset);
    const wide = charset === 'windows-1251' || charset === 'koi8-r' ? 1 : 2;
    const wrong = text.split('\ufffd').length - 1;
    const share = ((text.match(signs)?.length ?? 0) * wide - wrong * 4) / high;
    if (share > best.share) best = { charset, share };
  }
  return best.charset;
}
