// What a page can do beyond being read: keep a copy on this phone, list the copies, photograph a
// code. Every page is complete without this file; where storage or the service worker is missing
// (in-app browsers, private windows) it does nothing.
// @ts-check

const SAVED = "saved";
const SAVED_AT = "X-Saved-At";
const TITLE = "X-Title";

const WORDS = {
  vi: {
    save: "Giữ lại trang này",
    saved: "Đã giữ trên máy này. Bấm để bỏ",
    failed: "Máy này không giữ được trang",
    /** @param {string} at */
    copy: (at) => `Bản lưu lúc ${at} – chưa kiểm tra lại thu hồi`,
    again: "Kiểm tra lại khi có mạng",
    /** @param {string} at */
    listed: (at) => `lưu lúc ${at}`,
  },
  en: {
    save: "Keep this page",
    saved: "Kept on this device. Press to remove",
    failed: "This device cannot keep the page",
    /** @param {string} at */
    copy: (at) => `Saved copy from ${at} – not checked again for recalls`,
    again: "Check again when there is a network",
    /** @param {string} at */
    listed: (at) => `saved ${at}`,
  },
};
const language = document.documentElement.lang === "en" ? "en" : "vi";
const words = WORDS[language];

start().catch(() => {}); // an extra that fails must not disturb the page

// A one-time code stands behind the “#” of its link, which no server sees: it goes into the form and
// out of the address.
function takeCodeFromLink() {
  const field = document.querySelector("form[data-code-from-link] [name=code]");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!(field instanceof HTMLInputElement) || !/^[0-9A-Z-]{28,40}$/i.test(code)) return;
  field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}

// A drawing wider than its box begins with what was asked for in the middle, not at its left edge.
function beginAtWhatWasAsked() {
  for (const box of document.querySelectorAll("[data-begin-at]")) {
    const asked = box.querySelector(box.getAttribute("data-begin-at") ?? "");
    if (asked === null) continue;
    const [here, around] = [asked.getBoundingClientRect(), box.getBoundingClientRect()];
    box.scrollLeft += here.left + here.width / 2 - around.left - around.width / 2;
  }
}

/** @param {string[]} found */
function find([code]) {
  location.assign(`/find?code=${encodeURIComponent(code)}`);
}

async function start() {
  takeCodeFromLink();
  beginAtWhatWasAsked();
  const scan = document.querySelector("[data-scan]");
  if (scan instanceof HTMLElement) (await import("./scan.js")).offer(scan, find);
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  await navigator.serviceWorker.register("/sw.js");
  const list = document.querySelector("[data-saved-list]");
  if (list instanceof HTMLElement) await fill(list);
  const cache = await caches.open(SAVED);
  // A newer copy for the next time, above all when the page has come to warn of a recall.
  if (await isKept(cache)) await save(cache).catch(() => {});
  const place = document.querySelector("[data-save]");
  if (place instanceof HTMLElement) await offerSaving(place, cache);
}

/** The address under which this page is kept: its own, in whatever language it is read. */
function address() {
  return location.origin + location.pathname;
}

/** @param {Cache} cache */
async function isKept(cache) {
  return (await cache.match(address())) !== undefined;
}

/**
 * Put a button where the page has room for one.
 * @param {HTMLElement} place
 * @param {Cache} cache
 */
async function offerSaving(place, cache) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "go keep";
  const show = async () => {
    const kept = await isKept(cache);
    button.textContent = kept ? words.saved : words.save;
    button.setAttribute("aria-pressed", String(kept));
  };
  button.addEventListener("click", async () => {
    try {
      if (await isKept(cache)) await remove(cache);
      else await save(cache);
      await show();
    } catch {
      button.textContent = words.failed;
    }
  });
  await show();
  place.append(button);
  place.hidden = false;
}

/**
 * Keep a copy of the page as it is now, and its pictures.
 * @param {Cache} cache
 */
async function save(cache) {
  const answer = await fetch(address() + `?lang=${language}`, { headers: { Accept: "text/html" } });
  const kept = answer.headers.get("Cache-Control") ?? "";
  if (!answer.ok || /no-store|private/.test(kept)) throw new Error("not for keeping");
  const copy = new DOMParser().parseFromString(await answer.text(), "text/html");
  const title = copy.title;
  const now = new Date();
  makeCopy(copy, time(now));
  const pictures = [...copy.images].map((image) => new URL(image.src, location.origin));
  const ours = pictures.filter((url) => url.origin === location.origin).map((url) => url.href);
  await Promise.allSettled(ours.map((url) => cache.add(url)));
  await cache.put(
    address(),
    new Response(`<!doctype html>${copy.documentElement.outerHTML}`, {
      headers: {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": answer.headers.get("Content-Security-Policy") ?? "default-src 'none'",
        [SAVED_AT]: now.toISOString(),
        [TITLE]: encodeURIComponent(title),
      },
    }),
  );
}

/**
 * Remove the copy of this page, and with the last copy the pictures.
 * @param {Cache} cache
 */
async function remove(cache) {
  await cache.delete(address());
  const left = await cache.matchAll();
  if (!left.some((copy) => copy.headers.has(TITLE))) {
    for (const request of await cache.keys()) await cache.delete(request);
  }
}

/**
 * Turn a page into a copy: it says first that it is one, and says nothing that must be true now.
 * @param {Document} page
 * @param {string} at
 */
function makeCopy(page, at) {
  for (const live of page.querySelectorAll("[data-live], [data-save], script")) live.remove();
  const head = page.createElement("section");
  head.className = "banner copy";
  const line = page.createElement("b");
  line.textContent = words.copy(at);
  const again = page.createElement("p");
  const link = page.createElement("a");
  link.href = "";
  link.textContent = words.again;
  again.append(link);
  head.append(line, again);
  page.body.prepend(head);
  page.title = `${words.copy(at)} · ${page.title}`;
}

/**
 * List the pages kept on this device.
 * @param {HTMLElement} list
 */
async function fill(list) {
  const cache = await caches.open(SAVED);
  for (const request of await cache.keys()) {
    const copy = await cache.match(request);
    const title = copy?.headers.get(TITLE);
    if (!copy || !title) continue; // a picture of a page
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = new URL(request.url).pathname;
    link.textContent = decodeURIComponent(title);
    const at = copy.headers.get(SAVED_AT) ?? "";
    item.append(link, ` · ${words.listed(time(new Date(at)))}`);
    list.append(item);
  }
  const around = list.closest("[hidden]");
  if (around instanceof HTMLElement && list.childElementCount) around.hidden = false;
}

/**
 * Write a time as 12:05 22/11/2026, in both languages.
 * @param {Date} at
 */
function time(at) {
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, "0");
  const day = `${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`;
  return `${two(at.getHours())}:${two(at.getMinutes())} ${day}`;
}
