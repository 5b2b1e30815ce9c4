/** Thrown when something took longer than anybody should wait; the work itself may go on. */
export class TookTooLong extends Error {
  override name = 'TookTooLong';
}

/** The outcome of `work`, or TookTooLong after `milliseconds`. What comes later is ignored. */
export async function withinTime<T>(work: PromiseLike<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new TookTooLong(`No answer within ${milliseconds / 1_000} s`)),
      milliseconds,
    );
  });
  const asked = Promise.resolve(work);
  asked.catch(() => {});
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
