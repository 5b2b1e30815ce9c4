import type { Context } from '../context.ts';
import { answerOfTicket, passedOn, whereItWasMoved, withKeyOfAnother } from './answers.ts';
import {
  amidTooMany,
  contradicted,
  ofLists,
  ofMachines,
  ofMailServers,
  ofNullPath,
  ofOurOwn,
  ofThoseShutOut,
  ofUnclearSenders,
  tooLarge,
  withoutSender,
} from './gates.ts';
import type { Decision, Looked, RuleStep } from './looking.ts';
import { asStranger, ofThoseWeKnow } from './opening.ts';

/** In this order; the first that has an answer decides. */
const STEPS: readonly RuleStep[] = [
  whereItWasMoved,
  ofOurOwn,
  ofMailServers,
  ofMachines,
  withoutSender,
  ofThoseShutOut,
  tooLarge,
  contradicted,
  amidTooMany,
  ofUnclearSenders,
  answerOfTicket,
  passedOn,
  ofNullPath,
  ofLists,
  withKeyOfAnother,
  ofThoseWeKnow,
];

export async function decide(ctx: Context, looked: Looked): Promise<Decision> {
  for (const step of STEPS) {
    const decision = await step(ctx, looked);
    if (decision) return decision;
  }
  return asStranger(ctx, looked, 'unknown-sender');
}
