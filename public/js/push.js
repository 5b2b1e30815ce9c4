import { find, on } from './page.js';

/**
 * "Turn on for this browser": asks for permission at that press only, and sends what the browser answers with the
 * form around the button, like any other form.
 */
const form = find('[data-push-key]');
const isAble = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

if (form && isAble) {
  form.hidden = Notification.permission === 'denied';
  const refused = find('[data-push-refused]');
  if (refused) refused.hidden = Notification.permission !== 'denied';
  on('submit', event => {
    if (event.target !== form || form.elements.endpoint.value) return;
    event.preventDefault();
    turnOn().catch(() => tellRefused());
  });
} else if (form) {
  const unable = find('[data-push-unable]');
  if (unable) unable.hidden = false;
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== 'granted') return tellRefused();
  const registration = await navigator.serviceWorker.register('/service-worker.js');
  await navigator.serviceWorker.ready;
  // One made with an older key would be refused.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(form.dataset.pushKey),
  });
  const { endpoint, keys } = subscription.toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.submit();
}

function tellRefused() {
  form.hidden = true;
  const refused = find('[data-push-refused]');
  if (refused) refused.hidden = false;
}

function bytes(base64url) {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, letter => letter.charCodeAt(0));
}
