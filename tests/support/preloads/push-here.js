/** Loaded before a program: what it says to push services comes to this machine's PUSH_HERE. */
const realFetch = globalThis.fetch;

globalThis.fetch = (address, init) => {
  const url = new URL(address);
  if (url.hostname !== 'fcm.googleapis.com') return realFetch(address, init);
  return realFetch(`${process.env.PUSH_HERE}${url.pathname}`, init);
};
