/**
 * What our own mail server says of a sender (Authentication-Results, RFC 8601). Anybody can write such a line into a
 * mail: only the first that names our server counts, and only what it says of the domain in the From line (DMARC).
 */
export function proofOf(
  lines: readonly string[],
  trustedServer: string | null,
  address: string,
): 'pass' | 'fail' | 'none' {
  if (!trustedServer) return 'none';
  const server = trustedServer.trim().toLowerCase();
  const line = lines
    .map(each => soundWords(each.slice(0, 8_000)))
    .find(each => serverOf(each.plain) === server);
  if (!line) return 'none';
  const results = line.plain.split(';').filter(part => /^\s*dmarc\s*=/i.test(part));
  const verdicts = results.map(part => /dmarc\s*=\s*([a-z]+)/i.exec(part)?.[1]?.toLowerCase());
  if (verdicts.includes('fail') || (!line.isWhole && /\bdmarc\s*=\s*fail/i.test(line.text))) return 'fail';
  const [result] = results;
  if (!line.isWhole || !result || verdicts.some(verdict => verdict !== 'pass')) return 'none';
  const domain = /header\.from\s*=\s*([^\s;]+)/i.exec(result)?.[1]?.toLowerCase().split('@').at(-1);
  const isSame = domain === undefined || domain === address.slice(address.lastIndexOf('@') + 1);
  return isSame ? 'pass' : 'none';
}

const serverOf = (line: string) => /^\s*([^\s;]+)/.exec(line)?.[1]?.toLowerCase();

/**
 * A line without its comments, and what is quoted as plain letters. The sender's own words stand in it (who they said
 * they are): no sign in these may begin a result. Not whole where a quote or a comment has no end.
 */
function soundWords(text: string): { text: string; plain: string; isWhole: boolean } {
  let [depth, isQuoted, plain] = [0, false, ''];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (sign === '\\' && (isQuoted || depth > 0)) at += 1;
    else if (sign === '"' && depth === 0) isQuoted = !isQuoted;
    else if (isQuoted) plain += /[\w.@-]/.test(sign) ? sign : '_';
    else if (sign === '(') depth += 1;
    else if (sign === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) plain += sign;
  }
  return { text, plain, isWhole: depth === 0 && !isQuoted };
}
