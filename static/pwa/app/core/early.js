// What came before what it names: refused as unknown, and sent again by itself.
// @ts-check
import { database } from "./db.js";

/** @typedef {import("../types.js").Entry} Entry */

const NOT_HERE = "not_here"; // the rule by which the server refuses what names an id that it does not know
const PATIENCE_MS = 600_000;

/**
 * Whether a record was refused for nothing but naming what was not there: another phone, or the
 * supplier, may bring it any time.
 * @param {Entry} entry
 */
export function isEarly({ state, problem }) {
  const errors = problem?.errors ?? [];
  return state === "needs_you" && errors.length > 0 && errors.every(({ rule }) => rule === NOT_HERE);
}

/** Let what was early wait to be sent again, some minutes after it was refused. */
export async function retryEarly() {
  const tx = (await database()).transaction("records", "readwrite");
  for (const entry of await tx.store.index("state").getAll("needs_you")) {
    const isPatient = Math.abs(Date.now() - (entry.refused_at ?? 0)) < PATIENCE_MS; // whatever the clock did since
    if (isEarly(entry) && !isPatient) await tx.store.put({ ...entry, state: "saved" });
  }
  await tx.done;
}
