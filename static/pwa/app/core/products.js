// What a shopper has looked up and keeps: on this phone alone. The copies are looked at again for
// stops and recalls whenever the app is opened with a network.
// @ts-check
import { ask, Unreachable } from "./api.js";
import { isoDay } from "./clock.js";
import { changed, database } from "./db.js";

/** @typedef {import("../types.js").Told} Told */
/** @typedef {import("../types.js").KeptProduct} KeptProduct */

export const STOPPED = ["recalled", "suspended", "sale_stopped"]; // what must be told at once
const WORSE = [...STOPPED, "held", "voided"];
const MOST_LOOKED_UP = 100;

/** How a code stands today: a copy goes past its date without being told. @param {Told} told */
export function stateOf(told) {
  const { state } = told.state;
  const ends = told.batch?.expiry_date;
  return state === "active" && ends && ends < isoDay(new Date()) ? "expired" : state;
}

/**
 * What is told about a code now; nothing where nobody issued it. Throws Unreachable without a network.
 * @param {string} path
 * @returns {Promise<Told | undefined>}
 */
export async function look(path) {
  const { status, body } = await ask(path);
  if (status === 200 && body?.code && body.state) {
    await remember(body);
    return body;
  }
  if (body && [400, 404].includes(status)) return undefined;
  throw new Unreachable(`answered ${status}`); // a hotel's network, or a server under repair
}

/** @param {Told} told */
async function remember(told) {
  const tx = (await database()).transaction(["looked_up", "kept"], "readwrite");
  const kept = await tx.objectStore("kept").get(told.code);
  if (kept) await tx.objectStore("kept").put(checked(kept, told));
  const store = tx.objectStore("looked_up");
  const { code, product, producer } = told;
  await store.put({ code, name: product?.name ?? null, producer: producer?.name ?? null, at: Date.now() });
  const all = (await store.getAll()).sort((one, other) => other.at - one.at);
  for (const old of all.slice(MOST_LOOKED_UP)) await store.delete(old.code);
  await tx.done;
  changed();
}

/** A copy with what is told now; it is news when the code stands worse than it did. @param {KeptProduct} kept @param {Told} told */
function checked(kept, told) {
  const isWorse = WORSE.includes(stateOf(told)) && stateOf(told) !== stateOf(kept.told);
  return { ...kept, told, checked_at: Date.now(), isNews: kept.isNews || isWorse };
}

/** @returns {Promise<KeptProduct[]>} newest first */
export async function keptProducts() {
  return (await (await database()).getAll("kept")).sort((one, other) => other.kept_at - one.kept_at);
}

/** @returns {Promise<import("../types.js").LookedUp[]>} newest first */
export async function lookedUp() {
  return (await (await database()).getAll("looked_up")).sort((one, other) => other.at - one.at);
}

/** @param {Told} told */
export async function keep(told) {
  const now = Date.now();
  await (await database()).put("kept", { code: told.code, told, kept_at: now, checked_at: now, isNews: false });
  navigator.storage?.persist?.().catch(() => {});
  changed();
}

/** @param {"kept" | "looked_up"} list @param {string} code */
export async function forget(list, code) {
  await (await database()).delete(list, code);
  changed();
}

/** The person has read what is new about a product. @param {string} code */
export async function read(code) {
  const store = (await database()).transaction("kept", "readwrite").store;
  const kept = await store.get(code);
  if (!kept?.isNews) return;
  await store.put({ ...kept, isNews: false });
  changed();
}

/** Look at every copy again; without a network the next opening does it. */
export async function checkAgain() {
  const all = await keptProducts();
  for (const { code } of all) {
    const { status, body } = await ask(`/B/${encodeURIComponent(code)}`);
    if (status !== 200 || !body?.state) continue;
    const store = (await database()).transaction("kept", "readwrite").store;
    const kept = await store.get(code); // it may be gone meanwhile
    if (kept) await store.put(checked(kept, body));
  }
  if (all.length) changed();
}
