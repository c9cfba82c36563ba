// The worker of the phone app: opens it without a network, and sends the outbox when woken.
//
// The server serves this as /app/sw.js, an import behind two lines: self.SHELL, the addresses of
// all files of the app, and self.VERSION, a hash over their content. Kept pages of shoppers have a
// worker of their own (../worker.js); neither touches what the other keeps.
// @ts-check
/// <reference lib="webworker" />
import { renew } from "./core/notices.js";
import { open, show } from "./core/shown.js";
import { flush } from "./core/sync.js";

const worker = /** @type {ServiceWorkerGlobalScope & {SHELL: string[], LATER: string[], VERSION: string}} */ (
  /** @type {unknown} */ (self)
);
const OURS = "app-";
const ROOT = "/app/";

worker.addEventListener("install", (event) => event.waitUntil(keep(worker.SHELL)));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate" && url.pathname === ROOT) event.respondWith(kept(ROOT, request));
  else if ([...worker.SHELL, ...worker.LATER].includes(url.pathname)) event.respondWith(kept(url.pathname, request));
});
worker.addEventListener("message", (event) => {
  if (event.data === "take over") worker.skipWaiting();
  if (event.data === "later") event.waitUntil(keep(worker.LATER));
});
worker.addEventListener("sync", (event) => {
  // Not in the types: browsers other than Chromium's lack it.
  /** @type {ExtendableEvent} */ (event).waitUntil(wake());
});
worker.addEventListener("push", (event) => event.waitUntil(show(worker.registration, event.data)));
worker.addEventListener("notificationclick", (event) => event.waitUntil(open(worker, event.notification)));
worker.addEventListener("pushsubscriptionchange", (event) => {
  /** @type {ExtendableEvent} */ (event).waitUntil(renew(worker.registration));
});

async function wake() {
  const { result } = await flush();
  if (result === "later") throw new Error("try again later"); // the browser sees to it
}

/** @param {string[]} paths */
async function keep(paths) {
  const cache = await caches.open(OURS + worker.VERSION);
  const missing = [];
  for (const path of paths) if (!(await cache.match(path))) missing.push(path);
  await cache.addAll(missing.map((path) => new Request(path, { credentials: "omit", cache: "no-cache" })));
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && name !== OURS + worker.VERSION) await caches.delete(name);
  }
  await worker.clients.claim();
}

/**
 * @param {string} path
 * @param {Request} request
 */
async function kept(path, request) {
  const cache = await caches.open(OURS + worker.VERSION);
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}
