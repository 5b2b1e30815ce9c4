import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createDrawing, escapeHtml, initials, type TicketStatus } from '../../src/web/rendering/drawing.ts';
import { scriptStrings } from '../../src/web/rendering/script-strings.ts';
import { Page } from '../support/html.ts';

const t = (text: string, values: Record<string, unknown> = {}) =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
const now = new Date('2026-03-02T10:00:00Z');
const options = { iconUrl: '/assets/icons.abc.svg', t, locale: 'en', now };
const draw = createDrawing(options);
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const status = (kind: TicketStatus['kind'], more: Partial<TicketStatus> = {}): TicketStatus => ({
  kind,
  key: kind,
  name: kind,
  waitingOn: null,
  ...more,
});

describe('escaping', () => {
  test('text cannot leave its element or its attribute', () => {
    expect(escapeHtml(`<b a="1" b='2'>&`)).toBe('&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;');
    expect(escapeHtml(null)).toBe('');
  });

  test('no drawing lets markup through', () => {
    const evil = '"><script>alert(1)</script>';
    const html = [
      draw.icon(evil, evil),
      draw.avatar({ id: 1, name: `${evil} <x` }, evil),
      draw.avatar({ id: 1, name: 'A', photoUrl: evil }),
      draw.statusBadge(status('open', { key: 'own', name: evil }), 'desk'),
    ].join('');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<x');
  });
});

describe('icons and avatars', () => {
  test('an icon points into the hashed sprite and is hidden from screen readers', () => {
    expect(draw.icon('bell', 'icon-flip')).toBe(
      '<svg class="icon icon-flip" aria-hidden="true"><use href="/assets/icons.abc.svg#i-bell"/></svg>',
    );
  });

  test('a person keeps one colour, nobody is an empty ring', () => {
    const [first, second] = [
      draw.avatar({ id: 7, name: 'Ana Petrović' }),
      draw.avatar({ id: '7', name: 'X' }),
    ];
    expect(first).toMatch(/^<span class="avatar tone-\w+" aria-hidden="true">AP<\/span>$/);
    expect(second.match(/tone-\w+/)?.[0]).toBe(first.match(/tone-\w+/)?.[0]);
    expect(draw.avatar(null, 'avatar-sm')).toBe(
      '<span class="avatar avatar-none avatar-sm" aria-hidden="true"></span>',
    );
  });

  test.each([
    ['Sofie de Vries', 'SV'],
    ['Cher', 'C'],
    ['  ', ''],
    ['李 明', '李明'],
    ['😀 Smile', '😀S'],
    ['Mia Kaya (IT)', 'MK'],
    ['<>', '<'],
  ])('the initials of %o are %o', (name, expected) => expect(initials(name)).toBe(expected));
});

describe('status words', () => {
  const waiting = status('waiting', { key: 'on-hold', waitingOn: 'requester' });
  test.each<[TicketStatus, string, string]>([
    [status('new'), 'New', 'Received'],
    [status('open'), 'Open', 'In progress'],
    [status('open', { key: 'in-progress' }), 'In progress', 'In progress'],
    [waiting, 'Waiting on requester', 'Waiting on you'],
    [status('waiting', { key: 'on-hold', waitingOn: 'other' }), 'On hold', 'On hold'],
    [status('resolved'), 'Resolved', 'Solved, please check'],
    [status('closed'), 'Closed', 'Closed'],
    [status('closed', { key: 'rejected' }), 'Rejected', 'Declined'],
    [status('closed', { key: 'withdrawn' }), 'Withdrawn', 'Withdrawn'],
    [status('open', { key: 'own', name: 'At vendor', employeeName: 'Sent away' }), 'At vendor', 'Sent away'],
  ])('%o reads %o at the desk and %o to an employee', (value, desk, employee) => {
    expect(new Page(draw.statusMark(value, 'desk')).text).toBe(desk);
    expect(new Page(draw.statusBadge(value, 'employee')).text).toBe(employee);
  });

  test('a list has a mark, other places a badge', () => {
    expect(draw.statusMark(status('new'), 'desk')).toContain('class="status tone-blue"');
    expect(draw.statusBadge(status('new'), 'desk')).toContain('class="badge tone-blue"');
  });
});

describe('priority and time left', () => {
  test('a dense row hides the word from the eye only', () => {
    expect(draw.priorityMark('urgent', { isDense: true })).toContain('<span class="vh">Urgent</span>');
    expect(draw.priorityMark('urgent')).toContain('is-urgent');
    expect(draw.priorityMark('low')).toContain('<span>Low</span>');
  });

  test.each([
    [300, 'sla', 'clock', '5h', '5 hours left'],
    [110, 'sla tone-amber', 'timer', '1h 50m', '1 hour 50 minutes left'],
    [-12, 'sla tone-red is-late', 'circle-alert', '12m late', '12 minutes late'],
    [3_000, 'sla', 'clock', '2d 2h', '2 days 2 hours left'],
  ])('%i minutes before the deadline', (left, cls, shape, short, long) => {
    const html = draw.timeLeft({ dueAt: minutes(left) });
    expect(html).toContain(`<span class="${cls}">`);
    expect(html).toContain(`#i-${shape}"`);
    expect(html).toContain(`data-due="${minutes(left).toISOString()}">${short}</span>`);
    expect(html).toContain(`<span class="vh">${long}</span>`);
  });

  test('a paused clock does not run on in the page; no deadline draws nothing', () => {
    const paused = draw.timeLeft({ dueAt: minutes(5), isPaused: true });
    expect(paused).toContain('Paused');
    expect(paused).not.toContain('data-due');
    expect(draw.timeLeft({ dueAt: null })).toBe('');
  });

  test('durations speak the language of the reader', () => {
    const pseudo = createDrawing({ ...options, locale: 'ar-XB' });
    expect(pseudo.timeLeft({ dueAt: minutes(120) })).toContain('2 hours');
    expect(createDrawing({ ...options, locale: 'de' }).timeLeft({ dueAt: minutes(120) })).toContain(
      '2 Stunden',
    );
  });
});

describe('what scripts and drawings need is there', () => {
  const scripts = ['public/js/components', 'public/js/alpine', 'public/js'].flatMap(folder =>
    readdirSync(folder)
      .filter(name => name.endsWith('.js'))
      .map(name => readFileSync(`${folder}/${name}`, 'utf8')),
  );
  const source = scripts.join('\n');

  test('every phrase a script asks for is handed to the page', () => {
    const drawn = scriptStrings(t, '/assets/icons.abc.svg');
    const asked = new Set(
      [...source.matchAll(/phrase\(([^)]*)/g)].flatMap(([, inside]) =>
        [...(inside ?? '').split('{')[0]!.matchAll(/'(\w+)'/g)].map(([, key]) => key!),
      ),
    );
    for (const key of ['notAllowed', 'gone', 'tooLarge', 'tooMany', 'notLoaded', 'unconfirmed'])
      asked.add(key);
    expect(asked.size).toBeGreaterThan(10);
    for (const key of asked) {
      expect(drawn, key).toContain(`data-${key.replace(/[A-Z]/g, char => `-${char.toLowerCase()}`)}="`);
    }
  });

  test('every icon they name is in the sprite', () => {
    const sprite = readFileSync('public/img/icons.svg', 'utf8');
    const drawing = readFileSync('src/web/rendering/drawing.ts', 'utf8');
    const words = readFileSync('src/web/rendering/status-words.ts', 'utf8');
    const names = [
      ...drawing.matchAll(/(?:shape: |sla\([^,]+, (?:isSoon \? )?)'([a-z-]+)'/g),
      ...words.matchAll(/icon: '([a-z-]+)'/g),
      ...source.matchAll(/\bicon\('([a-z-]+)'/g),
    ].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect(sprite, name).toContain(`id="i-${name}"`);
  });
});
