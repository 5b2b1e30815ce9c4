import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { systemActor } from '../../src/domain/access/actor.ts';
import { workThroughRuns } from '../../src/domain/bulk/working.ts';
import { browse, inChromium, noChromium, WAYS } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';

const demo = await demoCompany();
const tick = async (page: Page, ...rows: number[]) => {
  for (const row of rows) await page.locator('.queue [name=ids]').nth(row).check();
};

describe.skipIf(noChromium)('many tickets at once (needs Chromium)', () => {
  inChromium();

  describe.each(WAYS)('$name', way => {
    const open = async (path: string) => {
      const page = await browse(demo, { ...way, context: await demo.signedIn('marek') });
      await page.goto(path);
      return page;
    };
    const choose = async (page: Page, act: 'status' | 'priority', label: string) => {
      if (way.javascript) {
        await page.locator(`.bulk .js-only[popovertarget=bulk-${act}]`).click();
        await page.locator(`#bulk-${act}`).getByRole('button', { name: label }).click();
        return;
      }
      await page.locator(`.bulk button[name=do][value=${act}]`).click();
      await page.getByRole('radio', { name: label }).check();
      await page.locator('main .btn-primary').click();
    };

    test('a priority is set at once and put back', async () => {
      const page = await open('/queue/all?sort=oldest');
      await tick(page, 0, 1);
      await choose(page, 'priority', 'Urgent');
      await page
        .getByText(/tickets? changed/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page
        .getByText(/tickets? put back/)
        .first()
        .waitFor();
      expect(new URL(page.url()).pathname).toBe('/queue/all');
    });

    test('what is ticked is kept while paging', async () => {
      const page = await open('/queue/all?sort=newest');
      await tick(page, 0);
      if (way.javascript) await page.getByRole('link', { name: 'Next', exact: true }).click();
      else await page.getByRole('button', { name: 'Keep and go on to the next page' }).click();
      await page.getByText('and one on other pages').waitFor();
      await page.getByRole('button', { name: 'Clear selection' }).click();
      await page.locator('.bulk:not(.has-kept)').waitFor({ state: 'attached' });
    });

    test('a whole list is confirmed, watched and undone', async () => {
      const page = await open('/queue/all?sort=newest');
      const rows = way.javascript ? await page.locator('.queue [name=ids]').count() : 1;
      await tick(page, ...Array.from({ length: rows }, (_, row) => row));
      await page.getByRole('button', { name: 'Select the whole list' }).first().click();
      await page.getByRole('button', { name: 'Add tags' }).click();
      await page.getByLabel('Tags').fill(`spring ${way.screen} ${way.javascript}`);
      await page.getByRole('button', { name: 'See what will change' }).click();
      await page.getByRole('checkbox', { name: /^I mean all/ }).check();
      await page.locator('main .btn-primary').click();
      await page.locator('#bulk-run').waitFor();
      await workThroughRuns(await demo.services.contextFor(systemActor('test')));
      if (way.javascript) await page.locator('#bulk-run:not([hx-get])').waitFor();
      else await page.getByRole('link', { name: 'Reload' }).click();
      await page.getByText('Done', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await workThroughRuns(await demo.services.contextFor(systemActor('test')));
      await page.goto('/queue/bulk');
      expect(await page.locator('tbody tr').first().textContent()).toContain('Undo');
    });
  });

  test('with keys: X picks, P opens the priorities, Shift-click picks a range', async () => {
    const page = await browse(demo, { context: await demo.signedIn('marek') });
    await page.goto('/queue/all?sort=oldest');
    await page.locator('.queue [name=ids]').nth(1).click();
    await page
      .locator('.queue [name=ids]')
      .nth(4)
      .click({ modifiers: ['Shift'] });
    expect(await page.locator('[name=ids]:checked').count()).toBe(4);
    await page.locator('.queue tbody a.cover').first().focus();
    await page.keyboard.press('p');
    await page.locator('#bulk-priority').getByRole('button', { name: 'Low' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('m');
    await page.getByRole('heading', { name: 'Merge 4 tickets' }).waitFor();
  });
});
