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
  if (!hasJoined && name === "" && (await (await database()).count("kept"))) name = "products"; // a shopper's phone
  if (hasJoined && !WITHOUT_A_PERSON.includes(name) && (await phone())?.isGone) name = "who"; // the desk took them off
  const isOpen = hasJoined || FOR_ALL.includes(name);
  const open = SCREENS[isOpen ? name : "join"] ?? (() => import("./screens/home.js"));
  const { default: Shown } = await open();
  return { Shown, args: isOpen ? args : [], key: `${name}/${args}` };
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

function App() {
  const [shown, setShown] = useState(/** @type {Awaited<ReturnType<typeof load>> | undefined} */ (undefined));
  const [, setLanguage] = useState("");
  useEffect(() => {
    const go = () => load(address()).then(setShown, () => (setShown({ Shown: Lost, args: [], key: "lost" }), seen()));
    const turn = () => setLanguage(String(Date.now()));
    addEventListener("hashchange", go);
    addEventListener("again", go);
    addEventListener("language", turn);
    go();
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
  if (!shown) return html`<main aria-busy="true"></main>`;
  return html`<${shown.Shown} key=${shown.key} args=${shown.args} />`;
}

async function start() {
  const root = document.querySelector("#app");
  if (!root) return;
  const spoken = speak(preferred());
  try {
    await phone();
    load(address()).catch(() => {}); // what the first screen imports comes while the rest is made ready
    await spoken;
  } catch {
    await spoken;
    root.textContent = t("no_storage"); // a private window, or a disk that is full
    return;
  }
  render(html`<${App} />`, root);
  await isSeen;
  const version = document.querySelector("meta[name=version]")?.getAttribute("content");
  await setMeta("version", version).catch(() => {});
  (await import("./behind.js")).start();
}

start();
