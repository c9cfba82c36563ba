// In the worker: a message that came by push is shown, and a tap on it opens the page it is about.
// @ts-check
/// <reference lib="webworker" />

/** @typedef {{title: string, body: string, url: string, tag: string, lang: string, stays: boolean}} Message */

const UNREAD = {
  title: "Traceapp",
  body: "Có tin về món bạn giữ. / There is news about a product you keep.",
  url: "/app/#/products",
  tag: "traceapp",
  lang: "vi",
  stays: false,
};

/** @param {PushMessageData | null} data @returns {Message} */
function read(data) {
  try {
    return { ...UNREAD, ...data?.json() };
  } catch {
    return UNREAD; // something must be shown for every message
  }
}

/**
 * @param {ServiceWorkerRegistration} registration
 * @param {PushMessageData | null} data
 */
export async function show(registration, data) {
  const { title, body, url, tag, lang, stays } = read(data);
  /** @type {NotificationOptions & {renotify: boolean}} */
  const options = {
    body,
    tag, // a newer word about the same product takes the place of the older
    lang,
    renotify: true,
    requireInteraction: stays,
    icon: "/static/icons/traceapp-192.png",
    data: { url },
  };
  await registration.showNotification(title, options);
}

/**
 * @param {ServiceWorkerGlobalScope} worker
 * @param {Notification} notification
 */
export async function open(worker, notification) {
  notification.close();
  const url = new URL(notification.data?.url ?? UNREAD.url, worker.location.origin);
  if (url.origin !== worker.location.origin) return;
  const there = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = there.find((one) => new URL(one.url).pathname === url.pathname && new URL(one.url).hash === url.hash);
  await (same ? same.focus() : worker.clients.openWindow(url.href));
}
