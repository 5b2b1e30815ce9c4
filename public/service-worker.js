// Shows what the server pushes and leads to it. It keeps nothing and answers no request of a page.
self.addEventListener('push', event => {
  const { title, body, url, tag } = event.data?.json() ?? {};
  if (title) event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url } }));
});

self.addEventListener('notificationclick', event => {
  event.notification.close();
  const address = new URL(event.notification.data?.url ?? '/', self.location.origin);
  // Whatever the message says, it leads to this site only.
  if (address.origin === self.location.origin) event.waitUntil(open(address.href));
});

async function open(href) {
  const pages = await self.clients.matchAll({ type: 'window' });
  const shown = pages.find(page => page.url.split('#')[0] === href);
  return shown ? shown.focus() : self.clients.openWindow(href);
}
