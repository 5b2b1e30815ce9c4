import { describe, expect, test } from 'vitest';
import { browse, inChromium, noChromium } from '../support/browser.ts';
import { demoCompany } from '../support/demo.ts';

const demo = await demoCompany();

describe.skipIf(noChromium)('a field that somebody dragged larger (needs Chromium)', () => {
  inChromium();

  test('keeps its size when its form comes back refused, and the policy has nothing to say', async () => {
    const page = await browse(demo, { context: await demo.signedIn('jonas'), expects: [/422/] });
    await page.goto('/tickets/new');
    const field = page.locator('#f-body');
    const before = (await field.boundingBox())!;
    const corner = { x: before.x + before.width - 4, y: before.y + before.height - 4 };
    await page.mouse.move(corner.x, corner.y);
    await page.mouse.down();
    await page.mouse.move(corner.x, corner.y + 80);
    await page.mouse.up();
    const dragged = (await field.boundingBox())!.height;
    expect(dragged).toBeGreaterThan(before.height);
    await page.getByRole('button', { name: 'Send ticket' }).click();
    await page.locator('.error-summary').waitFor();
    await expect.poll(async () => (await field.boundingBox())!.height).toBeCloseTo(dragged, 0);
  });
});
