import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { browse, inChromium, noChromium, overflow } from './browser.ts';
import { type Demo, demoCompany } from './demo.ts';
import { type Stop, tour } from './tour.ts';

const sessions = new Map<Stop['who'], ReturnType<Demo['signedIn']>>();

/** One session a person: signing in costs what a password should cost. */
function sessionOf(demo: Demo, who: Stop['who']) {
  if (who === 'nobody') return {};
  const session = sessions.get(who) ?? demo.signedIn(who);
  sessions.set(who, session);
  return session;
}

/** Every page of the tour that `chosen` says: whole, silent, accessible, and as wide as its window. */
export async function lookAtEveryPage(chosen: (stop: Stop) => boolean): Promise<void> {
  const demo = await demoCompany();
  const stops = (await tour(demo)).filter(chosen);
  describe.skipIf(noChromium)('every page (needs Chromium)', () => lookAt(demo, stops));
}

function lookAt(demo: Demo, stops: Stop[]) {
  inChromium();

  test.each(stops)('$name: whole, silent, accessible, and as wide as its window', async stop => {
    const page = await browse(demo, { context: await sessionOf(demo, stop.who), profile: stop.who });
    const answer = await page.goto(stop.path);
    expect(answer?.status()).toBe(stop.status ?? 200);
    expect(answer?.headers()['content-security-policy']).toMatch(/script-src 'self'/);
    expect(answer?.headers()['content-security-policy']).not.toMatch(/unsafe-(inline|eval)/);
    await stop.then?.(page);

    expect(await outline(page)).toEqual(OUTLINE);
    const found = (await violations(page)).map(each => `desktop, light: ${each}`);
    for (const width of [1440, 320, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const by = await overflow(page);
      if (by > 0) found.push(`${width} px: ${by} px too wide, by ${await widest(page)}`);
    }
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    found.push(...(await violations(page, { rules: LOOKS })).map(each => `phone, dark: ${each}`));
    expect(found).toEqual([]);
  });
}

const OUTLINE = { h1: 1, main: 1, lang: 'en', skips: true, title: true, namelessNavs: 0, doubleIds: [] };

// In text, since the tests are checked without the types of a page.
const outline = (page: Page) =>
  page.evaluate(`(() => {
    const count = selector => document.querySelectorAll(selector).length;
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
    return {
      h1: count('h1'),
      main: count('main#main'),
      lang: document.documentElement.lang,
      skips: document.querySelector('body > a:first-child')?.hash === '#main',
      title: document.title.length > 3,
      namelessNavs: count('nav:not([aria-label], [aria-labelledby])'),
      doubleIds: ids.filter((id, index) => ids.indexOf(id) !== index),
    };
  })()`);

/** What theme and width can change; the rest was looked at already. */
const LOOKS = ['color-contrast', 'target-size', 'scrollable-region-focusable'];

/** The innermost elements that stick out of the page or of what holds them. */
function widest(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll('main *, header *, footer *')].filter(
      element =>
        element.getBoundingClientRect().right > width + 0.5 || element.scrollWidth > element.clientWidth + 1,
    );
    return wide
      .slice(-3)
      .map(element => element.tagName + '.' + element.className + ': ' + element.textContent.trim().slice(0, 50))
      .join(' | ');
  })()`);
}
