import { setTimeout as pause } from 'node:timers/promises';
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { Logger } from './logger.ts';

/**
 * Why there is no answer: `slow` and `busy` may do better in a minute, `away` did not speak with us properly,
 * `refused` is for an admin to look at, `unreadable` was no answer we can use, `spent` is our own daily limit.
 */
export type LlmFailure = 'slow' | 'busy' | 'away' | 'refused' | 'unreadable' | 'spent';

export type Question = {
  system: string;
  /** Text of other people, which is never an instruction. */
  data: string;
  maxTokens: number;
  /** Further tries within the same time; none where a person waits for the answer. */
  retries?: number;
};

/** A failure is an answer too: whoever asks has to say something about it. */
export type Answer = { ok: true; text: string } | { ok: false; failure: LlmFailure };

export type Llm = { model: string; ask(question: Question): Promise<Answer> };

type Options = {
  log: Pick<Logger, 'warn'>;
  /** Takes one of the requests of a day; false when there is none left. */
  spend: () => Promise<boolean>;
  now?: () => number;
  withinMs?: number;
};

/** All tries of one question together. With the wake-up and a look by the page, people hear within 15 seconds. */
const WITHIN_MS = 12_000;
const MAX_BYTES = 256_000;
const MAX_CHARACTERS = 8_000;
const RETRY_AFTER_MS = 200;
const FAILURES_TO_OPEN = 3;
const OPEN_MS = 60_000;
const LONGEST_OPEN_MS = 600_000;

/**
 * Asks a service that speaks as OpenAI does, one question at a time. After three failures in a row it asks nothing
 * for a minute. Neither questions nor answers are logged.
 */
export function createLlm(
  ai: Config['ai'],
  { log, spend, now = Date.now, withinMs = WITHIN_MS }: Options,
): Llm {
  const client = new OpenAI({
    apiKey: ai.apiKey,
    baseURL: ai.baseUrl,
    timeout: withinMs,
    maxRetries: 0,
    // What it would otherwise take from the environment; its debug log would write questions down.
    organization: null,
    project: null,
    logLevel: 'off',
    fetch: cappedFetch,
  });
  const breaker = { failures: 0, openUntil: 0 };
  let last: Promise<unknown> = Promise.resolve();

  async function answer(question: Question): Promise<Answer> {
    if (now() < breaker.openUntil) return { ok: false, failure: 'away' };
    const signal = AbortSignal.timeout(withinMs);
    for (let retries = question.retries ?? 0; ; retries -= 1) {
      if (!(await spend())) return { ok: false, failure: 'spent' };
      const tried = await tryOnce(client, ai.model, question, signal);
      if (tried.ok) {
        breaker.failures = 0;
        return tried;
      }
      if (retries < 1 || signal.aborted || !isWorthAnother(tried)) {
        noteFailure(tried);
        return { ok: false, failure: tried.failure };
      }
      await pause(RETRY_AFTER_MS);
    }
  }

  function noteFailure({ failure, status, waitMs = 0 }: Failed) {
    breaker.failures += 1;
    const rest = breaker.failures >= FAILURES_TO_OPEN ? OPEN_MS : 0;
    breaker.openUntil = now() + Math.max(rest, Math.min(waitMs, LONGEST_OPEN_MS));
    log.warn({ failure, status, failures: breaker.failures }, 'the AI service gave no usable answer');
  }

  return {
    model: ai.model,
    ask(question) {
      const turn = last.then(() => answer(question));
      last = turn.catch(() => {});
      return turn;
    },
  };
}

type Failed = { ok: false; failure: LlmFailure; status?: number; waitMs?: number };

/** What it says may pass by itself, unless it named a time longer than anybody waits. */
const isWorthAnother = ({ failure, waitMs = 0 }: Failed) =>
  (failure === 'away' || failure === 'busy') && waitMs <= RETRY_AFTER_MS;

async function tryOnce(
  client: OpenAI,
  model: string,
  { system, data, maxTokens }: Question,
  signal: AbortSignal,
): Promise<Extract<Answer, { ok: true }> | Failed> {
  try {
    const messages = [
      { role: 'system' as const, content: system },
      { role: 'user' as const, content: data },
    ];
    return read(await client.chat.completions.create({ model, messages, max_tokens: maxTokens }, { signal }));
  } catch (error) {
    return failureOf(error);
  }
}

const answered = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});
const complained = z.object({ error: z.object({ code: z.coerce.number().optional().catch(undefined) }) });

/** Some say 200 and put the error into the body, a proxy says 200 with a page of its own. */
function read(completion: unknown): Extract<Answer, { ok: true }> | Failed {
  const good = answered.safeParse(completion);
  const text = good.data?.choices[0]?.message.content;
  if (text?.trim()) return { ok: true, text: text.slice(0, MAX_CHARACTERS) };
  const bad = complained.safeParse(completion);
  if (!bad.success) return { ok: false, failure: 'unreadable' };
  const status = bad.data.error.code ?? 500;
  return { ok: false, failure: failureOfStatus(status), status };
}

function failureOf(error: unknown): Failed {
  if (error instanceof APIUserAbortError || error instanceof APIConnectionTimeoutError)
    return { ok: false, failure: 'slow' };
  if (error instanceof APIConnectionError)
    return { ok: false, failure: error.cause instanceof TooMuch ? 'unreadable' : 'away' };
  if (!(error instanceof APIError)) return { ok: false, failure: 'unreadable' };
  const { status = 500, headers } = error as APIError<number | undefined, Headers | undefined>;
  const seconds = Number(headers?.get('retry-after'));
  return {
    ok: false,
    failure: failureOfStatus(status),
    status,
    waitMs: seconds > 0 ? seconds * 1_000 : 0,
  };
}

/** 402 is an account without credit. */
function failureOfStatus(status: number): LlmFailure {
  if (status === 429) return 'busy';
  return status >= 400 && status < 500 && status !== 408 ? 'refused' : 'away';
}

class TooMuch extends Error {}

/** Follows no redirect, which would take the key elsewhere, says nothing about this machine, and reads so much and no more. */
const cappedFetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const headers = new Headers(init?.headers);
  for (const name of [...headers.keys()]) if (name.startsWith('x-stainless-')) headers.delete(name);
  const response = await fetch(input, { ...init, headers, redirect: 'error' });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the rest.
    if (size > MAX_BYTES) throw new TooMuch('The answer is too long');
    chunks.push(chunk);
  }
  return new Response(size > 0 ? Buffer.concat(chunks) : null, {
    status: response.status,
    headers: response.headers,
  });
};
