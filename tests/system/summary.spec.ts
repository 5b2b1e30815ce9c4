import { describe, expect, test } from 'vitest';
import { makeSummaries } from '../../src/domain/tickets/summarising.ts';
import { paths } from '../../src/paths.ts';
import { createLlm } from '../../src/platform/llm.ts';
import { testApp } from '../support/app.ts';
import { violations } from '../support/axe.ts';
import { browse, inChromium, noChromium, overflow, WAYS } from '../support/browser.ts';
import { PASSWORD, usualPeople } from '../support/factories.ts';
import { llmServer } from '../support/llm.ts';

const server = await llmServer();
const desk = await testApp({ env: { AI_API_KEY: 'sk-test', AI_BASE_URL: server.url } });
const { services, system, makeTicket, comment } = desk;
const people = await usualPeople(desk);
const llm = createLlm(services.config.ai, { log: services.log, spend: async () => true });
const write = async () => makeSummaries(await system(), llm);

describe.skipIf(noChromium)('a summary by AI in the browser (needs Chromium)', () => {
  inChromium();

  test.each(WAYS)('is asked for, waited for while one goes on working, and read: $name', async way => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    await comment(people.coordinator, ticket, { body: 'Is it on?' });
    await comment(people.employee, ticket, { body: 'Yes.' });
    const page = await browse(desk.app, way);
    await page.goto(`/sign-in?next=${paths.ticket(ticket)}`);
    await page.getByLabel('Work email').fill(people.coordinator.email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();

    await page.getByRole('button', { name: 'Summarise' }).click();
    const box = page.locator('#summary');
    await box.getByText('Being written…').waitFor();
    await page.getByLabel('Message', { exact: true }).fill('I go on writing meanwhile');
    await write();
    if (!way.javascript) await box.getByRole('link', { name: 'Look again' }).click();
    await box.getByText(server.answer).waitFor();
    await box.getByRole('heading', { name: 'Summary by AI' }).waitFor();
    expect(await box.getByRole('button', { name: 'Write again' }).count()).toBe(1);
    if (!way.javascript) return;

    const message = page.getByLabel('Message', { exact: true });
    expect(await message.inputValue()).toBe('I go on writing meanwhile');
    expect(await message.evaluate('document.activeElement.id')).toBe('reply');
    expect(await overflow(page)).toBe(0);
    expect(await violations(page, { within: '#summary' })).toEqual([]);
    const picture = process.env.SUMMARY_PICTURE;
    if (picture) await page.screenshot({ path: `${picture}-${way.screen}-made.png` });

    // Once it is there nobody asks any more.
    let polls = 0;
    page.on('request', request => {
      if (request.url().endsWith('/summary') && request.method() === 'GET') polls += 1;
    });
    await box.getByRole('button', { name: 'Write again' }).click();
    await box.getByText('Being written…').waitFor();
    if (picture) await page.screenshot({ path: `${picture}-${way.screen}-wanted.png` });
    await box.getByRole('button', { name: 'Stop writing' }).click();
    await box.getByRole('button', { name: 'Write again' }).dblclick();
    await box.getByText('Being written…').waitFor();
    server.behave('unpaid');
    await write();
    await box.getByText('No newer summary was written.').waitFor();
    if (picture) await page.screenshot({ path: `${picture}-${way.screen}-failed.png` });
    expect(await page.getByRole('alert').count()).toBe(0);
    const seen = polls;
    await page.waitForTimeout(2_500);
    expect(polls).toBe(seen);
    server.behave('ok');
  });
});
