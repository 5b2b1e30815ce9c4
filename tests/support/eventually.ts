/**
 * Polls until `check` returns something true and does not throw, and answers what it returned.
 * For what happens after an answer: a mail, a job. Times in milliseconds.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { within = 5_000, every = 20 } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + within;
  let failure: unknown;
  for (;;) {
    try {
      const result = await check();
      if (result) return result;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) break;
    await new Promise(resolve => setTimeout(resolve, every));
  }
  throw failure ?? new Error(`Not so within ${within} ms: ${check}`);
}
