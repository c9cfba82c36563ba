// What came before what it names: refused as unknown, and sent again by itself, ever more seldom.
// @ts-check
import { DAY_MS } from "./clock.js";
import { database } from "./db.js";

/** @typedef {import("../types.js").Entry} Entry */

const NOT_HERE = "not_here"; // the rule by which the server refuses what names an id that it does not know
const SHORTEST_MS = 600_000;
const LONGEST_MS = DAY_MS / 2;
export const PATIENT_DAYS = 5;

/**
 * Whether a record was refused for nothing but naming what was not there: another phone, or the
 * supplier, may bring it any time.
 * @param {Entry} entry
 */
export function isEarly({ state, problem }) {
  const errors = problem?.errors ?? [];
  return state === "needs_you" && errors.length > 0 && errors.every(({ rule }) => rule === NOT_HERE);
}

/**
 * When a record that was just refused is sent again by itself: after as long as it has waited so far.
 * Never, where it is not early, or a person has to look after days.
 * @param {Entry} entry
 * @param {number} now
 */
export function patience(entry, now) {
  if (!isEarly(entry)) return { early_since: undefined, again_at: undefined };
  const early_since = entry.early_since ?? now;
  const waited = now - early_since;
  const isOver = waited >= PATIENT_DAYS * DAY_MS;
  return { early_since, again_at: isOver ? undefined : now + Math.min(Math.max(waited, SHORTEST_MS), LONGEST_MS) };
}

/** Let what was early be sent again, once its time has come. */
export async function retryEarly() {
  const now = Date.now();
  const tx = (await database()).transaction("records", "readwrite");
  for (const entry of await tx.store.index("state").getAll("needs_you")) {
    const { early_since, again_at = early_since ? Infinity : 0 } = entry; // 0: refused by a release that knew no such time
    const isDue = again_at <= now || (again_at < Infinity && again_at > now + LONGEST_MS); // whatever the clock did since
    if (isEarly(entry) && isDue) await tx.store.put({ ...entry, state: "saved" });
  }
  await tx.done;
}
