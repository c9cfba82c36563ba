// What is needed in the field without a network: fetched whole once, then only what has changed.
// @ts-check
import { ask } from "./api.js";
import { changed, database, meta } from "./db.js";
import { dropReceived } from "./notes.js";
import { enrolled } from "./reading.js";

const FRESH_MS = 10 * 60_000;

/** @typedef {{version: string, at: number}} Have */

/** Whether it is time to ask for news. */
export async function isStale() {
  const have = /** @type {Have | undefined} */ (await meta("snapshot"));
  return !have || Date.now() - have.at > FRESH_MS;
}

/** Bring the snapshot up to date. Throws Unreachable without a network. */
export async function pull() {
  const phone = await enrolled();
  if (!phone?.token) return;
  const have = /** @type {Have | undefined} */ (await meta("snapshot"));
  const query = have ? `?have=${encodeURIComponent(have.version)}` : "";
  const answer = await ask(`/api/v1/snapshot${query}`, { token: phone.token });
  if (answer.status !== 200 && answer.status !== 304) return;
  const version = answer.status === 304 ? have?.version : answer.body?.version;
  if (!version) return;
  await keep(version, answer.body?.sections ?? {});
}

/**
 * @param {string} version
 * @param {Record<string, unknown>} sections
 */
async function keep(version, sections) {
  const stores = /** @type {const} */ (["snapshot", "meta"]);
  const tx = (await database()).transaction(stores, "readwrite");
  for (const [name, section] of Object.entries(sections)) await tx.objectStore("snapshot").put(section, name);
  await tx.objectStore("meta").put({ version, at: Date.now() }, "snapshot");
  await tx.done;
  await dropReceived();
  if (Object.keys(sections).length) changed();
}
