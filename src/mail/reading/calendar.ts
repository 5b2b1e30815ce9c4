import type { ReadMail } from '../../domain/mail/message.ts';

type Calendar = NonNullable<ReadMail['calendar']>;
type Line = { name: string; parameters: string; value: string };

/** An invitation (RFC 5545): what is asked, when, where and by whom. Its first event counts. */
export function readCalendar(text: string): Calendar | null {
  const lines = linesOf(text.slice(0, 200_000));
  if (!lines.some(({ name, value }) => name === 'BEGIN' && value.toUpperCase() === 'VCALENDAR')) return null;
  const event = eventOf(lines);
  const get = (name: string) => event.find(line => line.name === name);
  const words = (name: string) => unescaped(get(name)?.value ?? '').slice(0, 500);
  return {
    method: (lines.find(({ name }) => name === 'METHOD')?.value ?? '').trim().toUpperCase().slice(0, 40),
    summary: words('SUMMARY'),
    start: moment(get('DTSTART')),
    end: moment(get('DTEND')),
    location: words('LOCATION'),
    organizer: organizerOf(get('ORGANIZER')),
  };
}

function linesOf(text: string): Line[] {
  const unfolded = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '');
  return unfolded.split('\n').flatMap(line => {
    const [, name, parameters, value] =
      /^([\w-]{1,60})((?:;[^":]*(?:"[^"]*"[^":]*)*)?):(.*)$/.exec(line.slice(0, 5_000)) ?? [];
    return name ? [{ name: name.toUpperCase(), parameters: parameters ?? '', value: value ?? '' }] : [];
  });
}

/** The lines of the first VEVENT (or task), without those of alarms in it. */
function eventOf(lines: Line[]): Line[] {
  const begin = lines.findIndex(
    ({ name, value }) => name === 'BEGIN' && /^V(EVENT|TODO)$/i.test(value.trim()),
  );
  if (begin < 0) return [];
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex(({ name }) => name === 'BEGIN' || name === 'END');
  return end < 0 ? rest : rest.slice(0, end);
}

const unescaped = (value: string) =>
  value.replace(/\\([nN,;\\])/g, (_, sign: string) => (sign.toLowerCase() === 'n' ? ' ' : sign)).trim();

/** `2026-03-02T09:00:00Z`, without Z in a zone of its own, or a day alone. */
function moment(line: Line | undefined): string | null {
  const [, year, month, day, hour, minute, second = '00', utc = ''] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?$/.exec(line?.value.trim() ?? '') ?? [];
  if (!year) return null;
  if (!hour) return `${year}-${month}-${day}`;
  const zone = /TZID="?([^";:]{1,80})/i.exec(line!.parameters)?.[1];
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${utc}${zone && !utc ? ` ${zone}` : ''}`;
}

function organizerOf(line: Line | undefined): string {
  const address = (line?.value ?? '').trim().replace(/^mailto:/i, '');
  const name = /CN="?([^";:]{1,200})/i.exec(line?.parameters ?? '')?.[1]?.trim();
  return (name && name !== address ? `${name} <${address}>` : address).slice(0, 500);
}
