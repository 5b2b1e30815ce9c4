import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { PSEUDO_LOCALE, PSEUDO_RTL_LOCALE } from '../../src/platform/translating.ts';
import { browse, inChromium, noChromium, overflow } from '../support/browser.ts';
import { type Demo, demoCompany, stored } from '../support/demo.ts';
import { type Stop, tour } from '../support/tour.ts';

/** What a computer reads is the same in every language. */
const EXAMPLES = [
  'ana.petrovic@company.example',
  'company.example',
  'email,first_name,last_name,company_id,department,role',
];

const demo = await demoCompany();
// What scripts change is drawn by the same templates; the buttons that the tour presses have other names here.
const stops = (await tour(demo)).filter(stop => !stop.then);
const content = await contentOf(demo);
const written = await bodiesOf(demo);
const sessions = new Map<string, ReturnType<Demo['signedIn']>>();

function sessionOf(who: Stop['who'], lang: string) {
  if (who === 'nobody') return { storageState: stored(demo.url, { lang }) };
  const key = `${who} ${lang}`;
  const session = sessions.get(key) ?? demo.signedIn(who, { lang });
  sessions.set(key, session);
  return session;
}

/** Whoever travels with a person, all pages in one window: a page costs a moment then, not a second. */
const travellers = [...new Set(stops.map(stop => stop.who))];

describe.skipIf(noChromium)('another language (needs Chromium)', () => {
  inChromium();

  test.each(travellers)('every word that %s reads comes from the translations', async who => {
    const page = await open(who, PSEUDO_LOCALE);
    const found: string[] = [];
    await visit(page, who, async path => {
      for (const text of await bareTexts(page)) found.push(`${path}: ${text}`);
      if ((await overflow(page)) > 0) found.push(`${path}: breaks at 40 % more length`);
    });
    expect(found).toEqual([]);
  });

  test.each(travellers)('every page of %s can be read from right to left', async who => {
    const page = await open(who, PSEUDO_RTL_LOCALE);
    const found: string[] = [];
    await visit(page, who, async path => {
      const dir = await page.evaluate('getComputedStyle(document.body).direction');
      if (dir !== 'rtl') found.push(`${path}: runs ${dir}`);
      if ((await overflow(page)) > 0) found.push(`${path}: too wide`);
      const lost = await offStage(page);
      if (lost) found.push(`${path}: out of sight: ${lost}`);
    });
    expect(found).toEqual([]);
  });
});

const open = async (who: Stop['who'], lang: string) =>
  browse(demo, { screen: 'phone', context: await sessionOf(who, lang) });

async function visit(page: Page, who: Stop['who'], look: (path: string) => Promise<void>) {
  for (const stop of stops.filter(one => one.who === who)) {
    await page.goto(stop.path, { waitUntil: 'load' });
    await look(stop.path);
  }
}

/** Texts, and attributes that are read out or shown, which did not pass through `t` and nobody wrote. */
async function bareTexts(page: Page): Promise<string[]> {
  const texts: string[] = await page.evaluate(`(() => {
    const skipped = 'script, style, noscript, template, textarea, kbd, code, pre, .mono, [data-content], [name=timeZone] option, svg';
    const texts = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      if (!walk.currentNode.parentElement.closest(skipped)) texts.push(walk.currentNode.data);
    }
    for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'data-tip', 'data-confirm']) {
      for (const element of document.body.querySelectorAll('[' + name + ']')) texts.push(element.getAttribute(name));
    }
    return [document.title, ...texts].map(text => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
  })()`);
  return [...new Set(texts.filter(isBare))];
}

/** What is left once the translated parts, what people wrote, numbers, dates and signs are taken away. */
function isBare(text: string): boolean {
  if (content.has(text) || text.includes('⟦')) return false;
  let rest = text.replace(/#\d+/g, '');
  for (const known of content) if (known.length > 1) rest = rest.replaceAll(known, '');
  rest = rest.replace(DATES, '');
  return /\p{L}{2,}/u.test(rest) && !written.includes(wordsOf(text));
}

const DAYS = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday';
const MONTHS =
  'January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec';
// Written by Intl, in the language that the pseudo one stands on.
const DATES = new RegExp(
  `\\b(?:${DAYS}|${MONTHS}|\\d+ (?:day|hour|minute|second|week|month|year)s?(?: ago)?|\\d+ ?(?:[kM]B|byte|hrs?|mins?|h|m|d)|UTC|GMT)\\b`,
  'g',
);

/** Everything in the demo company that people wrote or are called. */
async function contentOf({ db }: Demo): Promise<Set<string>> {
  const columns: [table: string, ...columns: string[]][] = [
    ['users', 'first_name', 'last_name', 'email', 'company_id'],
    ['teams', 'name', 'description'],
    ['departments', 'name'],
    ['categories', 'name', 'description'],
    ['tickets', 'subject'],
    ['attachments', 'filename'],
    ['saved_views', 'name'],
    ['saved_replies', 'name', 'folder'],
    ['tags', 'name'],
    ['ticket_templates', 'name', 'subject'],
    ['checklist_items', 'text'],
    ['time_entries', 'note'],
    ['mail_templates', 'subject', 'heading', 'before_text', 'after_text', 'button'],
    ['deliveries', 'last_error'],
  ];
  const known = new Set(['Halden Freight', 'Chrome', 'English', 'and', ...EXAMPLES]);
  for (const value of await db('settings').pluck('value')) known.add(String(value));
  for (const [table, ...names] of columns) {
    for (const row of await db(table).select(names)) {
      for (const value of Object.values(row)) if (value) known.add(String(value).replace(/\s+/g, ' ').trim());
    }
  }
  for (const row of await db('users').select('first_name', 'last_name')) {
    known.add(`${row.first_name} ${row.last_name}`);
    known.add(`${row.first_name[0]}${row.last_name.split(' ').at(-1)[0]}`.toUpperCase());
  }
  // The longest first, so that a name inside another one does not cut it.
  return new Set([...known].sort((a, b) => b.length - a.length));
}

/** All that was said in tickets, as one text of words: a page shows it whole, drawn from Markdown, or the start of it. */
async function bodiesOf({ db }: Demo): Promise<string> {
  const bodies: string[] = [
    ...(await db('comments').pluck('body')),
    ...(await db('users').whereNotNull('signature').pluck('signature')),
    ...(await db('saved_replies').pluck('body')),
    ...(await db('mail_templates').whereNotNull('before_text').pluck('before_text')),
    ...(await db('ticket_templates').pluck('body')),
    ...(await db('ticket_templates').pluck('checklist')).map((items: string[]) => items.join('\n')),
  ];
  return bodies.map(wordsOf).join('\n');
}

function wordsOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** Something to read or to press that lies left of the page, where one cannot scroll to. */
function offStage(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const shown = [...document.querySelectorAll('main a, main button, main h1, main h2, main input, header a')];
    const lost = shown.find(element => {
      const box = element.getBoundingClientRect();
      if (box.width < 2 || element.closest('.vh, .skip, .filters, .subnav, [popover], .table-wrap, .attach, .drop')) return false;
      return box.right < 1 || box.left > document.documentElement.clientWidth - 1;
    });
    return lost ? lost.outerHTML.slice(0, 120) : '';
  })()`);
}
