import { chance, pick } from './chance.ts';
import type { Plan } from './plan.ts';
import { textsFor } from './texts.ts';
import { knownWords } from './words.ts';

export type Message = { author: number; kind: 'reply' | 'note'; body: string; at: number };

export function subjectOf({ i }: Plan): string {
  const { subjects } = textsFor(i);
  return `${subjects[pick(i, 20, subjects.length)]} (HF-${1_000 + pick(i, 21, 9_000)})`;
}

/** The conversation: the question, then question and answer in turn, now and then a note among the desk. */
export function* messagesOf(plan: Plan): Generator<Message> {
  const { i, comments, createdAt, lastAt } = plan;
  for (let n = 0; n < comments; n++) {
    const byDesk = isByDesk(plan, n);
    const isNote = byDesk && n < comments - 1 && chance(i, 40 + n) < 0.2;
    yield {
      author: byDesk ? plan.desk : plan.requester,
      kind: isNote ? 'note' : 'reply',
      body: n === 0 ? questionOf(i) : laterBody(i, n, byDesk),
      at: comments === 1 ? createdAt : createdAt + ((lastAt - createdAt) * n) / (comments - 1),
    };
  }
}

/** The last word is the requester's exactly where a reply is owed. */
function isByDesk({ kind, comments, needsReply, status }: Plan, n: number): boolean {
  if (n === 0 || kind === 'new' || status === 'withdrawn') return false;
  return n === comments - 1 ? !needsReply : n % 2 === 1;
}

function questionOf(i: number): string {
  const { questions } = textsFor(i);
  const marks = `${i % 10 === 3 ? ` ${knownWords.tenth}` : ''}${i % 50 === 7 ? ` ${knownWords.fiftieth}` : ''}`;
  return `${questions[pick(i, 22, questions.length)]}${marks}\n\nHF-${1_000_000 + i}`;
}

function laterBody(i: number, n: number, byDesk: boolean): string {
  const { answers, thanks, questions } = textsFor(i);
  if (byDesk) return answers[pick(i, 60 + n, answers.length)]!;
  const pool = chance(i, 80 + n) < 0.7 ? thanks : questions;
  return pool[pick(i, 100 + n, pool.length)]!;
}
