import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/**
 * What the server does with the next request:
 * - ok: says `llm.answer`;
 * - hang: takes the request and never answers; drip: begins and sends one byte after the other;
 * - failed, busy, unpaid: 500, 429 with Retry-After, 402;
 * - html, half, error-inside, no-choices: 200 with a page, half of a JSON text, `{error}`, no choices;
 * - huge: an answer of 5 MB; moved: a redirect to another place.
 */
export type LlmBehaviour =
  | 'ok'
  | 'hang'
  | 'drip'
  | 'failed'
  | 'busy'
  | 'unpaid'
  | 'html'
  | 'half'
  | 'error-inside'
  | 'no-choices'
  | 'huge'
  | 'moved';

type Asked = {
  headers: Record<string, unknown>;
  model: string;
  max_tokens: number;
  messages: { role: string; content: string }[];
};

/** A server that speaks as OpenAI does, on a free port, and keeps all that it was asked. */
export async function llmServer() {
  const requests: Asked[] = [];
  let plan: LlmBehaviour[] = ['ok'];
  const llm = { url: '', requests, answer: 'The printer smokes. A restart did not help.', behave, prompts };
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', chunk => {
      body += chunk;
    });
    req.on('end', () => {
      requests.push({ ...JSON.parse(body), headers: req.headers });
      const behaviour = plan[0] ?? 'ok';
      if (plan.length > 1) plan.shift();
      answerWith[behaviour](res, llm.answer);
    });
  });
  function behave(...next: LlmBehaviour[]) {
    plan = next;
  }
  /** All that was sent, as one text. */
  function prompts() {
    return requests.flatMap(({ messages }) => messages.map(({ content }) => content)).join('\n');
  }
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  llm.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return llm;
}

const json = (res: ServerResponse, status: number, body: unknown, headers = {}) =>
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const completion = (content: string) => ({
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
});

const answerWith: Record<LlmBehaviour, (res: ServerResponse, answer: string) => unknown> = {
  ok: (res, answer) => json(res, 200, completion(answer)),
  hang: () => {},
  drip: res => {
    res.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => res.write(' '), 20);
    res.on('close', () => clearInterval(timer));
  },
  failed: res => json(res, 500, { error: { message: 'Broken' } }),
  busy: res => json(res, 429, { error: { message: 'Slow down' } }, { 'retry-after': '20' }),
  unpaid: res => json(res, 402, { error: { message: 'Pay' } }),
  html: res => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in to the network</h1>'),
  half: res =>
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[{"message":{"content":"The'),
  'error-inside': res => json(res, 200, { error: { code: 503, message: 'No provider' } }),
  'no-choices': res => json(res, 200, { choices: [] }),
  huge: res => json(res, 200, completion('word '.repeat(1_000_000))),
  moved: res => res.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' }).end(),
};
