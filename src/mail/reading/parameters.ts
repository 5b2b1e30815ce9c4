import { decodeText } from './charset.ts';
import { decodeWords } from './words.ts';

/** `text/plain; charset=utf-8`: the value in lower case, and its parameters decoded. */
export type Parameterised = { value: string; parameters: Record<string, string> };

const PARAMETER = /;\s*([\w!#$%&*+.^|~-]{1,80})\s*=\s*("(?:[^"\\]|\\[\s\S]){0,4000}"|[^;]{0,4000})/g;

export function readParameters(field: string): Parameterised {
  const value = (/^[^;]{0,200}/.exec(field)?.[0] ?? '')
    .replace(/\([^)]*\)/g, '')
    .trim()
    .toLowerCase();
  const raw = new Map<string, string>();
  for (const [, name, content] of field.slice(0, 20_000).matchAll(PARAMETER))
    if (raw.size < 100 && !raw.has(name!.toLowerCase()))
      raw.set(name!.toLowerCase(), unquoted(content!.trim()));
  return { value, parameters: Object.fromEntries(joined(raw)) };
}

function unquoted(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text.replace(/^"/, '');
}

/** RFC 2231: `filename*0*=utf-8''a%20`, `filename*1=b`; and encoded words, which have no right to be here. */
function joined(raw: Map<string, string>): Map<string, string> {
  const whole = new Map<string, string>();
  for (const [key, content] of raw) {
    const [, name, piece, star] = /^([^*]+)(\*\d+)?(\*)?$/.exec(key) ?? [];
    if (!name || (piece && piece !== '*0')) continue;
    if (piece) whole.set(name, continued(raw, name));
    else if (star) whole.set(name, extended(content));
    else if (!whole.has(name)) whole.set(name, decodeWords(content));
  }
  return whole;
}

function continued(raw: Map<string, string>, name: string): string {
  let all = '';
  let isExtended = false;
  for (let at = 0; at < 100; at += 1) {
    const [plain, star] = [raw.get(`${name}*${at}`), raw.get(`${name}*${at}*`)];
    if (plain === undefined && star === undefined) break;
    isExtended ||= star !== undefined;
    all += star ?? (isExtended ? encodeURIComponent(plain!) : plain!);
  }
  return isExtended ? extended(all) : decodeWords(all);
}

function extended(content: string): string {
  const [, charset, text] = /^([\w.:-]{0,40})'[^']{0,40}'([\s\S]*)$/.exec(content) ?? [
    undefined,
    '',
    content,
  ];
  const bytes = text!.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return decodeText(Buffer.from(bytes, 'latin1'), charset);
}
