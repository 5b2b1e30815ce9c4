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
  const line = lines.map(withoutComments).find(each => serverOf(each) === trustedServer.trim().toLowerCase());
  const result = line?.split(';').find(part => /^\s*dmarc\s*=/i.test(part));
  if (!result) return 'none';
  const verdict = /dmarc\s*=\s*([a-z]+)/i.exec(result)?.[1]?.toLowerCase();
  if (verdict === 'fail') return 'fail';
  const domain = /header\.from\s*=\s*"?([^\s;"]+)/i.exec(result)?.[1]?.toLowerCase().split('@').at(-1);
  const isSame = domain === undefined || domain === address.slice(address.lastIndexOf('@') + 1);
  return verdict === 'pass' && isSame ? 'pass' : 'none';
}

const withoutComments = (line: string) => line.slice(0, 4_000).replace(/\([^()]*\)/g, ' ');
const serverOf = (line: string) => /^\s*"?([^\s;"]+)/.exec(line)?.[1]?.toLowerCase();
