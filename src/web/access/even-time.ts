import { setTimeout as wait } from 'node:timers/promises';

/** Longer than any honest answer takes here, in ms. Answers that may not tell who has an account all take this long. */
const FLOOR = 400;

/** Does the work, and answers (or fails) no earlier than the floor: its time tells nothing about what was found. */
export async function inEvenTime<T>(work: () => Promise<T>): Promise<T> {
  const floor = wait(FLOOR);
  try {
    return await work();
  } finally {
    await floor;
  }
}
