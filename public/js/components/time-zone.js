/** Tells the server the person's zone for pages before they chose one, by a cookie kept for a year. */
export function timeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Over https the name says that no other host of the company has set it.
  const [prefix, secure] = location.protocol === 'https:' ? ['__Host-', '; secure'] : ['', ''];
  const cookie = `${prefix}tz=${encodeURIComponent(zone)}`;
  if (!zone || document.cookie.split('; ').includes(cookie)) return;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in Safari 17.5
  document.cookie = `${cookie}; path=/; max-age=31536000; samesite=lax${secure}`;
}
