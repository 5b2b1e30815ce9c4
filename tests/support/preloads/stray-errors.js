/** Loaded before a program: errors that nobody catches, ten of each kind, once it works. */
let left = 10;
const timer = setInterval(() => {
  if (process.listenerCount('unhandledRejection') === 0) return;
  left -= 1;
  if (left === 0) clearInterval(timer);
  void Promise.reject(new Error(`stray rejection ${left}`));
  setImmediate(() => {
    throw new Error(`stray exception ${left}`);
  });
}, 300);
timer.unref();
