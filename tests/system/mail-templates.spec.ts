import { describe, expect, test } from 'vitest';
import { paths } from '../../src/paths.ts';
import { testApp } from '../support/app.ts';
import { violations } from '../support/axe.ts';
import { browse, inChromium, noChromium, overflow, WAYS } from '../support/browser.ts';
import { PASSWORD, usualPeople } from '../support/factories.ts';

const desk = await testApp();
const { it, employee, admin } = await usualPeople(desk);
const ticket = await desk.makeTicket({ by: employee, team: it, subject: 'The printer smokes' });

describe.skipIf(noChromium)('the words of a mail in the browser (needs Chromium)', () => {
  inChromium();

  test.each(WAYS)('are looked at as often as one likes before they are saved: $name', async way => {
    await desk.db('mail_templates').delete();
    const page = await browse(desk.app, way);
    await page.goto(`/sign-in?next=${paths.mailTemplate({ event: 'ticket-reply', language: 'en' })}`);
    await page.getByLabel('Work email').fill(admin.email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();

    const preview = page.frameLocator('iframe[name=preview]');
    await preview.getByText('The printer smokes').first().waitFor();
    await page.getByLabel('Heading').fill('First look');
    await page.getByRole('button', { name: 'Show preview' }).click();
    await preview.getByRole('heading', { name: 'First look' }).waitFor();
    await page.getByLabel('Heading').fill('Second look');
    await page.getByRole('button', { name: 'Show plain text' }).click();
    await preview.getByText('Second look').waitFor();
    expect(await preview.getByText(`You get this because #${ticket.number}`).count()).toBe(1);
    expect(await overflow(page)).toBe(0);
    if (way.javascript) {
      expect(await violations(page, { within: 'main form' })).toEqual([]);
    }

    await page.getByRole('button', { name: 'Send a test to me' }).click();
    await page.getByText(`A test is on its way to ${admin.email}`).waitFor();
    expect(await page.getByLabel('Heading').inputValue()).toBe('Second look');
    // Return saves: the first button of the form.
    await page.getByLabel('Heading').press('Enter');
    await page.getByText('Template saved').waitFor();
    expect(await desk.db('mail_templates').pluck('heading')).toEqual(['Second look']);
  });
});
