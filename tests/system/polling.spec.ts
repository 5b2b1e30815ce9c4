import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { loadSignedIn } from '../../src/domain/identity/person.ts';
import { createTicket } from '../../src/domain/tickets/creating.ts';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';

const demo = await demoCompany();

async function raise(subject: string) {
  const { db, services } = demo;
  const found = await loadSignedIn(db, await demo.userId('jonas'));
  const ctx = await services.contextFor(found!.person, { settings: found!.settings });
  const category = await db('categories').whereNotNull('team_id').first('id');
  return createTicket(ctx, { subject, body: 'Words', categoryId: category.id });
}

/** What stands between the page and its stream. */
const OBSTACLES: [string, (page: Page) => Promise<unknown>][] = [
  ['is refused', page => page.route(/\/live\?/, route => route.fulfill({ status: 503, body: 'No room' }))],
  ['is kept by a proxy', page => page.route(/\/live\?/, () => {})],
];

describe.skipIf(noChromium)('a page whose stream (needs Chromium)', () => {
  inChromium();

  test.each(OBSTACLES)('%s hears of a new ticket all the same', async (how, obstruct) => {
    const page = await browse(demo, { context: await demo.signedIn('kwame'), expects: [/503/] });
    await obstruct(page);
    await page.clock.install();
    const asked = page.waitForRequest(/\/live\?/);
    await page.goto('/queue/all');
    await asked;
    await raise(`Nobody tells of this one: it ${how}`);
    expect(await page.locator('#arrivals').textContent()).not.toContain('new ticket');
    // The list asks for itself anyway; the counts only if they are told to.
    const counted = page.waitForRequest(/\/queue\/counts/);
    await page.clock.fastForward(21_000);
    await page.locator('#arrivals', { hasText: 'One new ticket' }).waitFor();
    await counted;
  });
});
