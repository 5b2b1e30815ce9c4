import { beforeEach, describe, expect, test } from 'vitest';
import { createLlm } from '../../src/platform/llm.ts';
import { testConfig } from '../support/config.ts';
import { type LlmBehaviour, llmServer } from '../support/llm.ts';

const server = await llmServer();
const { ai } = testConfig({ AI_API_KEY: 'sk-test', AI_BASE_URL: server.url, AI_MODEL: 'small' });
const question = { system: 'Sum up.', data: 'A printer.', maxTokens: 50 };

let now = 0;
let logged: string[] = [];
let spent = 0;
const log = {
  warn: (...args: unknown[]) => {
    logged.push(JSON.stringify(args));
  },
} as Parameters<typeof createLlm>[1]['log'];
const fresh = (limit = 1_000) =>
  createLlm(ai, {
    log,
    now: () => now,
    withinMs: 400,
    spend: async () => {
      spent += 1;
      return spent <= limit;
    },
  });

beforeEach(() => {
  now = 1_000;
  logged = [];
  spent = 0;
  server.requests.length = 0;
  server.behave('ok');
});

test('asks the model that is configured, and sends no more than the question', async () => {
  expect(await fresh().ask(question)).toEqual({ ok: true, text: server.answer });
  const [asked] = server.requests;
  expect(asked).toMatchObject({
    model: 'small',
    max_tokens: 50,
    messages: [
      { role: 'system', content: 'Sum up.' },
      { role: 'user', content: 'A printer.' },
    ],
  });
  expect(asked?.headers.authorization).toBe('Bearer sk-test');
  expect(Object.keys(asked?.headers ?? {}).filter(name => name.startsWith('x-stainless'))).toEqual([]);
});

const faults: [LlmBehaviour, string][] = [
  ['hang', 'slow'],
  ['drip', 'slow'],
  ['failed', 'away'],
  ['busy', 'busy'],
  ['unpaid', 'refused'],
  ['html', 'unreadable'],
  ['half', 'unreadable'],
  ['error-inside', 'away'],
  ['no-choices', 'unreadable'],
  ['huge', 'unreadable'],
  ['moved', 'away'],
];

test.each(faults)(
  '%s is told as %s, in time, and the log holds neither question nor answer',
  async (fault, failure) => {
    server.behave(fault);
    const began = performance.now();
    expect(await fresh().ask(question)).toEqual({ ok: false, failure });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toMatch(/printer|Sum up|Sign in|word/);
  },
);

test('a service that is not there is told as away', async () => {
  const nobody = createLlm({ ...ai, baseUrl: 'http://127.0.0.1:1/v1' }, { log, spend: async () => true });
  expect(await nobody.ask(question)).toEqual({ ok: false, failure: 'away' });
});

test('a second try is made where it is wanted and may help', async () => {
  server.behave('failed', 'ok');
  expect(await fresh().ask({ ...question, retries: 1 })).toMatchObject({ ok: true });
  expect(spent).toBe(2);
  server.behave('unpaid', 'ok');
  expect(await fresh().ask({ ...question, retries: 1 })).toMatchObject({ failure: 'refused' });
});

describe('the breaker', () => {
  test('after three failures asks nothing for a minute, then tries one', async () => {
    const llm = fresh();
    server.behave('failed');
    for (let i = 0; i < 4; i += 1) expect(await llm.ask(question)).toEqual({ ok: false, failure: 'away' });
    expect(server.requests).toHaveLength(3);
    now += 61_000;
    await llm.ask(question);
    await llm.ask(question);
    expect(server.requests).toHaveLength(4);
    now += 61_000;
    server.behave('ok');
    expect(await llm.ask(question)).toMatchObject({ ok: true });
    expect(await llm.ask(question)).toMatchObject({ ok: true });
  });

  test('waits as long as the service said', async () => {
    const llm = fresh();
    server.behave('busy', 'ok');
    expect(await llm.ask({ ...question, retries: 1 })).toEqual({ ok: false, failure: 'busy' });
    now += 19_000;
    expect(await llm.ask(question)).toEqual({ ok: false, failure: 'away' });
    now += 2_000;
    expect(await llm.ask(question)).toMatchObject({ ok: true });
    expect(server.requests).toHaveLength(2);
  });
});

test('one question at a time', async () => {
  const llm = fresh();
  server.behave('hang', 'ok');
  const first = llm.ask(question);
  const second = llm.ask(question);
  await expect.poll(() => server.requests.length).toBe(1);
  expect(await first).toMatchObject({ failure: 'slow' });
  expect(await second).toMatchObject({ ok: true });
});

test('nothing is asked once the requests of the day are used up', async () => {
  const llm = fresh(1);
  expect(await llm.ask(question)).toMatchObject({ ok: true });
  expect(await llm.ask(question)).toEqual({ ok: false, failure: 'spent' });
  expect(server.requests).toHaveLength(1);
});
