export type Name = string | RegExp;

export const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();

/** Equal to the whole name, or with `whole` false a part of it. A RegExp finds any part. */
export function matches(text: string, wanted: Name, whole = true): boolean {
  if (wanted instanceof RegExp) return wanted.test(text);
  return whole ? text === squeeze(wanted) : text.includes(squeeze(wanted));
}
