// The phone app starts here: its language, the screen of the address, and what goes on behind it.
// @ts-check
import { render } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { database, setMeta } from "./core/db.js";
import { phone } from "./core/reading.js";
import { html, preferred, speak, t } from "./view.js";

/** @type {Record<string, () => Promise<{default: (props: {args: string[]}) => any}>>} */
const SCREENS = {
  "": () => import("./screens/home.js"),
  join: () => import("./screens/join.js"),
  log: () => import("./screens/log.js"),
  saved: () => import("./screens/saved.js"),
  outbox: () => import("./screens/outbox.js"),
  record: () => import("./screens/record.js"),
  export: () => import("./screens/export.js"),
  kinds: () => import("./screens/kinds.js"),
  place: () => import("./screens/place.js"),
  again: () => import("./screens/again.js"),
  batches: () => import("./screens/batches.js"),
  crate: () => import("./screens/crate.js"),
  batch: () => import("./screens/batch.js"),
  labels: () => import("./screens/labels.js"),
  scan: () => import("./screens/scan.js"),
  products: () => import("./screens/products.js"),
  product: () => import("./screens/product.js"),
  settings: () => import("./screens/settings.js"),
  slip: () => import("./screens/slip.js"),
  who: () => import("./screens/who.js"),
  handover: () => import("./screens/handover.js"),
};
const WITHOUT_A_PERSON = ["who", "saved", "outbox", "record", "export", "settings", "join", "products", "product"];
const FOR_ALL = ["join", "scan", "products", "product", "slip"]; // what a phone that has not joined can open

let hasJoined = false; // once joined, a phone stays: also one that may not send any more

/** The words of the address: `#/log/spray`, the invitation `#join=...`, the slip `#slip=...`. */
function address() {
  const hash = decodeURIComponent(location.hash);
  if (hash.startsWith("#join=")) return ["join", hash];
  if (hash.startsWith("#slip=")) return ["slip", hash.slice(6)];
  return hash.replace(/^#\/?/, "").split("/");
}

/** @param {string[]} words */
async function load([name = "", ...args]) {
  if (!hasJoined && (hasJoined = Boolean(await phone()))) localStorage.setItem("joined", "yes");
  if (!hasJoined && name === "" && (await (await database()).count("kept"))) {
    name = "products"; // a shopper's phone
    localStorage.setItem("shopper", "yes");
  }
  if (hasJoined && !WITHOUT_A_PERSON.includes(name) && (await phone())?.isGone) name = "who"; // the desk took them off
  const isOpen = hasJoined || FOR_ALL.includes(name);
  const open = SCREENS[isOpen ? name : "join"] ?? (() => import("./screens/home.js"));
  const { default: Shown } = await open();
  return { Shown, args: isOpen ? args : [], key: `${name}/${args}` };
}

/** @typedef {{Shown: (props: {args: string[]}) => any, args: string[], key: string, hash: string}} Shown */

/** The screen of the address. @returns {Promise<Shown>} */
async function current() {
  const { hash } = location;
  const lost = { Shown: Lost, args: [], key: "lost" };
  return { ...(await load(address()).catch(() => lost)), hash };
}

/** @type {(value?: unknown) => void} */
let seen;
const isSeen = new Promise((done) => (seen = done)); // the first screen: until then nothing competes for the line

/** A screen that is not on the phone yet: the network went away before the worker had it. */
function Lost() {
  const again = () => dispatchEvent(new Event("again"));
  useEffect(() => {
    addEventListener("online", again);
    addEventListener("ready-offline", again);
    return () => {
      removeEventListener("online", again);
      removeEventListener("ready-offline", again);
    };
  }, []);
  return html`<main class="plain"><h1>Traceapp</h1><p class="note" role="alert">${t("load.failed")}</p>
    <button class="quiet" onClick=${again}>${t("join.retry")}</button><a class="quiet" href="#/">${t("back")}</a></main>`;
}

/** @param {{first: Shown}} props */
function App({ first }) {
  const [shown, setShown] = useState(first);
  const [, setLanguage] = useState("");
  useEffect(() => {
    const go = () => current().then(setShown);
    const turn = () => setLanguage(String(Date.now()));
    addEventListener("hashchange", go);
    addEventListener("again", go);
    addEventListener("language", turn);
    if (location.hash !== first.hash) go();
    return () => {
      removeEventListener("hashchange", go);
      removeEventListener("again", go);
      removeEventListener("language", turn);
    };
  }, []);
  useEffect(() => {
    const heading = document.querySelector("h1");
    if (!heading) return;
    document.title = `${heading.textContent} · Traceapp`;
    seen();
    scrollTo(0, 0);
    if (document.activeElement === document.body && history.length > 1) heading.focus({ preventScroll: true });
  }, [shown]);
  return html`<${shown.Shown} key=${shown.key} args=${shown.args} />`;
}

async function start() {
  const root = document.querySelector("#app");
  if (!root) return;
  const spoken = speak(preferred());
  let first;
  try {
    await phone();
    const loading = current(); // what it imports comes while the rest is made ready
    await spoken;
    first = await loading;
  } catch {
    await spoken;
    root.textContent = t("no_storage"); // a private window, or a disk that is full
    return;
  }
  root.replaceChildren(); // what there was to read until now
  render(html`<${App} first=${first} />`, root);
  await isSeen;
  const version = document.querySelector("meta[name=version]")?.getAttribute("content");
  await setMeta("version", version).catch(() => {});
  (await import("./behind.js")).start();
}

start();
