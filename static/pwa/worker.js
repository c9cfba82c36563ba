// The service worker: keeps the frame of the pages, and opens saved batch pages without a network.
//
// The server serves this as /sw.js and puts two lines before it: self.SHELL, the addresses of the
// frame, and self.VERSION, a hash over it. Pages are saved by page.js, never here: what is in
// SAVED has been made a plain copy before it was put there (see copyOf in page.js).
// @ts-check
/// <reference lib="webworker" />

const worker = /** @type {ServiceWorkerGlobalScope & {SHELL: string[], VERSION: string}} */ (
  /** @type {unknown} */ (self)
);
const SHELL = `shell-${worker.VERSION}`;
const SAVED = "saved";
const PATIENCE_MS = 6000; // a saved copy is shown rather than waiting longer for a weak network
const SERVER_IS_AWAY = [502, 503, 504];

worker.addEventListener("install", (event) => event.waitUntil(keepShell()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (worker.SHELL.includes(url.pathname + url.search)) event.respondWith(shellFile(request));
  else if (request.destination === "image") event.respondWith(picture(request));
});

/** Keep the frame; without cookies, so that asking for it changes nothing for the reader. */
async function keepShell() {
  const cache = await caches.open(SHELL);
  await cache.addAll(
    worker.SHELL.map((path) => new Request(path, { credentials: "omit", cache: "reload" })),
  );
  await worker.skipWaiting();
}

/** Drop the frames of older versions; saved pages stay. */
async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
  }
  await worker.clients.claim();
}

/**
 * Ask the network first, for every page; without it show the saved copy, else say so.
 * @param {Request} request
 * @param {URL} url
 */
async function page(request, url) {
  const saved = await savedCopy(url);
  try {
    const answer = await (saved ? inTime(fetch(request)) : fetch(request));
    return saved && SERVER_IS_AWAY.includes(answer.status) ? saved : answer;
  } catch {
    return saved ?? (await caches.match("/offline", { ignoreVary: true })) ?? Response.error();
  }
}

/** @param {URL} url */
async function savedCopy(url) {
  const cache = await caches.open(SAVED);
  return cache.match(url.origin + url.pathname, { ignoreVary: true });
}

/**
 * @param {Promise<Response>} answer
 * @returns {Promise<Response>}
 */
function inTime(answer) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error("late")));
  return /** @type {Promise<Response>} */ (Promise.race([answer, late]));
}

/** @param {Request} request */
async function shellFile(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/**
 * Pictures of saved pages, when the network does not have them.
 * @param {Request} request
 */
async function picture(request) {
  try {
    return await fetch(request);
  } catch {
    const cache = await caches.open(SAVED);
    return (await cache.match(request, { ignoreVary: true })) ?? Response.error();
  }
}
