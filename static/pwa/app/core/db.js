// What the phone keeps, in one database; the page and the worker open the same one.
// @ts-check
import { openDB } from "../../vendor/idb.js";

/** @typedef {import("../types.js").Schema} Schema */
/** @typedef {import("../types.js").Database} Database */

export const NAME = "traceapp";
const CHANGES = "traceapp-changes";

/**
 * The way from each version to the next. A released step is never changed: phones stand on all of
 * them, with records that were not sent yet.
 * @type {((database: Database) => void)[]}
 */
export const STEPS = [
  (database) => {
    database.createObjectStore("meta");
    database.createObjectStore("records", { keyPath: "sequence" }).createIndex("state", "state");
    database.createObjectStore("photos", { keyPath: "sha256" }).createIndex("sent", "sent");
    database.createObjectStore("snapshot");
    database.createObjectStore("codes", { keyPath: "code" });
  },
  (database) => {
    database.createObjectStore("kept", { keyPath: "code" });
    database.createObjectStore("looked_up", { keyPath: "code" });
  },
  (database) => void database.createObjectStore("slips", { keyPath: "event_id" }),
];

/** @type {Promise<Database> | undefined} */
let opened;

/** @returns {Promise<Database>} */
export function database() {
  opened ??= open().catch((error) => {
    opened = undefined; // the next one tries again
    throw error;
  });
  return opened;
}

/** @returns {Promise<Database>} */
function open() {
  return openDB(NAME, STEPS.length, {
    upgrade(database, from) {
      for (const step of STEPS.slice(from)) step(database);
    },
    blocking(_now, _next, event) {
      // A newer version of the app waits for this one to let go.
      /** @type {IDBDatabase} */ (event.target).close();
      opened = undefined;
    },
    terminated() {
      opened = undefined;
    },
  });
}

/**
 * @template [T=unknown]
 * @param {string} name
 * @returns {Promise<T | undefined>}
 */
export async function meta(name) {
  return /** @type {T | undefined} */ (await (await database()).get("meta", name));
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export async function setMeta(name, value) {
  await (await database()).put("meta", value, name);
}

const channel = "BroadcastChannel" in self ? new BroadcastChannel(CHANGES) : undefined;
/** @type {Set<() => void>} */
const listeners = new Set();

const TOGETHER_MS = 100; // many changes are read once, and a tick is drawn before anything is read
/** @type {ReturnType<typeof setTimeout> | undefined} */
let telling;

/** Tell every screen, here and in other tabs, that something kept has changed. */
export function changed() {
  tell();
  channel?.postMessage("changed");
}

function tell() {
  telling ??= setTimeout(() => {
    telling = undefined;
    for (const listener of listeners) listener();
  }, TOGETHER_MS);
}

/**
 * @param {() => void} listener
 * @returns {() => void} stops it
 */
export function whenChanged(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

channel?.addEventListener("message", tell);
