import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { testApp } from '../support/app.ts';

const app = await testApp();
await app.makeUser();
const document = { headers: { 'sec-fetch-dest': 'document' } };
const newcomer = async () => {
  const visitor = await app.visitor();
  visitor.cookies.clear();
  return visitor;
};
const carried = (html: string) => /<style>([\s\S]*)<\/style>/.exec(html)?.[1];

test('the first page of a browser carries the style sheet, and its policy allows that text alone', async () => {
  const { text, headers } = await (await newcomer()).request('/sign-in', document);
  const digest = createHash('sha256')
    .update(String(carried(text)))
    .digest('base64');
  expect(headers['content-security-policy']).toContain(`style-src 'self' 'sha256-${digest}'`);
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(text).toMatch(/<link rel="prefetch" as="style" href="\/assets\/app\.\w+\.css"/);
  expect(text).not.toContain('rel="stylesheet"');
});

test('the next page links to it, and its policy allows nothing in the page', async () => {
  const visitor = await newcomer();
  const first = await visitor.request('/sign-in', document);
  const cookie = first.headers['set-cookie']?.find(each => each.startsWith('styles='));
  expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/);
  const { text, headers: next } = await visitor.request('/sign-in', document);
  expect(text).toContain('rel="stylesheet"');
  expect(carried(text)).toBeUndefined();
  expect(next['content-security-policy']).toContain("style-src 'self';");
  expect(String(next['set-cookie'] ?? '')).not.toContain('styles=');
});

test('a program that reads pages gets the link', async () => {
  expect(carried((await (await newcomer()).request('/sign-in')).text)).toBeUndefined();
});
