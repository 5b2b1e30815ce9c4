import type { Translate } from '../../platform/translating.ts';
import { duration } from './duration.ts';
import { attributes, escapeHtml } from './escaping.ts';
import { type Audience, statusLook, statusWord, type TicketStatus } from './status-words.ts';

export { escapeHtml } from './escaping.ts';
export type { Audience, TicketStatus } from './status-words.ts';

export type Priority = 'low' | 'medium' | 'high' | 'urgent';
export type DrawnPerson = { id: string | number | bigint; name: string; photoUrl?: string | null };
export type Deadline = { dueAt: Date | null; isPaused?: boolean };

export type DrawingOptions = { iconUrl: string; t: Translate; locale: string; now: Date };

export type Drawing = ReturnType<typeof createDrawing>;

/** At or below this much time left, in ms, a deadline is soon. The page's clock has the same line. */
const SOON = 2 * 60 * 60_000;

const AVATAR_TONES = ['blue', 'violet', 'teal', 'orange', 'green', 'pink', 'amber'] as const;

/**
 * The small marks of DESIGN.md §4 as escaped HTML, for use inside loops, where an include costs a
 * look-up on disk each time. Made for each page, with its words, its language and its now.
 */
export function createDrawing({ iconUrl, t, locale, now }: DrawingOptions) {
  const sprite = escapeHtml(iconUrl);
  /** A list has fifty rows and five different marks. */
  const drawn = new Map<string, string>();
  const once = (key: string, draw: () => string) => {
    let mark = drawn.get(key);
    if (mark === undefined) {
      mark = draw();
      drawn.set(key, mark);
    }
    return mark;
  };

  function icon(name: string, cls = ''): string {
    const classes = cls ? `icon ${escapeHtml(cls)}` : 'icon';
    return `<svg class="${classes}" aria-hidden="true"><use href="${sprite}#i-${escapeHtml(name)}"/></svg>`;
  }

  /** Decoration: the name stands beside it, or hidden for the eye with `.vh`. Nobody gives an empty ring. */
  function avatar(person: DrawnPerson | null | undefined, cls = ''): string {
    const classes = `avatar ${person ? toneOf(person.id) : 'avatar-none'}${cls && ` ${escapeHtml(cls)}`}`;
    return `<span class="${classes}" aria-hidden="true">${person ? face(person) : ''}</span>`;
  }

  /** The status as a pill, outside of lists. */
  function statusBadge(status: TicketStatus, audience: Audience): string {
    return statusAs('badge', status, audience);
  }

  /** The status as it stands in rows. */
  function statusMark(status: TicketStatus, audience: Audience): string {
    const key = `${status.key} ${status.waitingOn} ${audience}`;
    return once(key, () => statusAs('status', status, audience));
  }

  function statusAs(cls: string, status: TicketStatus, audience: Audience): string {
    const { icon: shape, tone } = statusLook(status);
    return `<span class="${cls} tone-${tone}">${icon(shape)}${escapeHtml(statusWord(status, audience, t))}</span>`;
  }

  /** Bars and the word; in dense rows the word is for screen readers only. */
  function priorityMark(priority: Priority, { isDense = false } = {}): string {
    return once(`${priority} ${isDense}`, () => {
      const { shape, classes } = PRIORITY_LOOKS[priority];
      const word = `<span${isDense ? ' class="vh"' : ''}>${escapeHtml(priorityWord(priority, t))}</span>`;
      return `<span class="prio ${classes}">${icon(shape)}${word}</span>`;
    });
  }

  /** Short for the eye, in full for the ear; the page's clock keeps both right. Empty without a deadline. */
  function timeLeft({ dueAt, isPaused = false }: Deadline): string {
    if (isPaused) return sla('', 'pause', t('Paused'), t('Clock paused'));
    if (!dueAt) return '';
    const left = dueAt.getTime() - now.getTime();
    const long = duration(left, locale, 'long');
    const short = duration(left, locale, 'narrow');
    const due = dueAt.toISOString();
    if (left < 0) {
      const late = (time: string) => t('{{time}} late', { time });
      return sla('tone-red is-late', 'circle-alert', late(short), late(long), due);
    }
    const isSoon = left <= SOON;
    return sla(
      isSoon ? 'tone-amber' : '',
      isSoon ? 'timer' : 'clock',
      short,
      t('{{time}} left', { time: long }),
      due,
    );
  }

  function sla(cls: string, shape: string, short: string, long: string, due?: string): string {
    const classes = cls ? `sla ${cls}` : 'sla';
    const eye = `<span aria-hidden="true"${due ? ` data-due="${due}"` : ''}>${escapeHtml(short)}</span>`;
    return `<span class="${classes}">${icon(shape)}${eye}<span class="vh">${escapeHtml(long)}</span></span>`;
  }

  return { icon, avatar, statusBadge, statusMark, priorityMark, timeLeft };
}

export function priorityWord(priority: Priority, t: Translate): string {
  switch (priority) {
    case 'low':
      return t('Low');
    case 'medium':
      return t('Medium');
    case 'high':
      return t('High');
    case 'urgent':
      return t('Urgent');
  }
}

const PRIORITY_LOOKS: Record<Priority, { shape: string; classes: string }> = {
  low: { shape: 'p-low', classes: 'tone-gray' },
  medium: { shape: 'p-normal', classes: 'tone-gray' },
  high: { shape: 'p-high', classes: 'tone-orange' },
  urgent: { shape: 'urgent', classes: 'tone-red is-urgent' },
};

function face({ name, photoUrl }: DrawnPerson): string {
  return photoUrl
    ? `<img${attributes({ src: photoUrl, alt: '', loading: 'lazy', width: 28, height: 28 })}>`
    : escapeHtml(initials(name));
}

/** First letters of the first and the last word, not counting what begins with a bracket or the like: "Sofie de Vries" is SV. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const named = words.filter(word => !/^[\p{P}\p{S}]/u.test(word) || /^\p{Emoji_Presentation}/u.test(word));
  const kept = named.length > 0 ? named : words;
  const ends = kept.length > 1 ? [kept[0], kept.at(-1)] : kept;
  return ends
    .map(word => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** The same person has the same colour on every page and every machine. */
function toneOf(id: string | number | bigint): string {
  let sum = 0;
  for (const char of String(id)) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return `tone-${AVATAR_TONES[sum % AVATAR_TONES.length]}`;
}
