// The outbox: a step is saved whole or not at all, and nothing unsent ever leaves it.
//
// saved -> sending -> accepted, or needs_you, or conflict. Only an answer of the server moves a
// record on; what was left "sending" by a browser that died is sent again, which is harmless.
// @ts-check
import { changed, database } from "./db.js";
import { draftOf } from "./draft.js";
import { patience } from "./early.js";
import { isOfPhone } from "./reading.js";

/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").KeptPhoto | import("../types.js").KeptVoice} KeptFile */
/** @typedef {import("../types.js").Outcome} Outcome */
/**
 * A step before it is saved. In a batch's lot, `#` stands for the number of the record, which no
 * other record of this phone has; an empty code asks for the next one of the reserve.
 * @typedef {Omit<Entry, "sequence" | "state" | "saved_at">} Step
 */

/** @type {Record<number, import("../types.js").State>} */
const STATES = { 200: "accepted", 201: "accepted", 202: "accepted", 409: "conflict", 424: "saved" };

/**
 * Save steps with their photos and voice notes: one transaction, on the disk when this returns. The numbers, and the
 * codes that new batches get, are taken in the same transaction. A file that the draft has written
 * already is not written twice.
 * @param {Step[]} steps
 * @param {KeptFile[]} files
 * @returns {Promise<Entry[]>}
 */
export async function save(steps, files) {
  const stores = /** @type {const} */ (["meta", "records", "photos", "codes"]);
  const tx = (await database()).transaction(stores, "readwrite", { durability: "strict" });
  /** @type {Entry[]} */
  const saved = [];
  /** @type {Promise<unknown>[]} */
  const writes = [];
  const write = (/** @type {Promise<unknown>} */ one) => {
    one.catch(() => {}); // the transaction tells
    writes.push(one);
  };
  try {
    const store = tx.objectStore("photos");
    const [number, ...there] = await Promise.all([
      tx.objectStore("meta").get("last_sequence"),
      ...files.map(({ sha256 }) => store.getKey(sha256)), // on the disk since they were taken
    ]);
    let last = /** @type {number} */ (number ?? 0);
    for (const file of files.filter((_, at) => there[at] === undefined)) write(store.put(file));
    for (const step of steps) {
      last += 1;
      const batches = step.batches.map((batch) => ({ ...batch, lot: batch.lot.replace("#", String(last)) }));
      for (const batch of batches) {
        if (batch.code !== "") continue;
        const [code] = await tx.objectStore("codes").getAllKeys(null, 1);
        if (code) write(tx.objectStore("codes").delete(code));
        batch.code = code; // without a reserve the server mints one
      }
      /** @type {Entry} */
      const entry = { ...step, batches, ...sizes(step, files), sequence: last, state: "saved", saved_at: Date.now() };
      write(tx.objectStore("records").add(entry));
      saved.push(entry);
    }
    write(tx.objectStore("meta").put(last, "last_sequence"));
    for (const one of new Set(steps.map(draftOf))) write(tx.objectStore("meta").delete(one));
    await Promise.all([...writes, tx.done]);
  } catch (error) {
    const why = tx.error ?? error;
    if (!tx.error) tx.abort(); // what failed was no request of the transaction: half of it would stay
    await tx.done.catch(() => {});
    throw why;
  }
  changed();
  return saved;
}

/** How many bytes each file of a step has: an export need not read them to know. @param {Step} step @param {KeptFile[]} files */
function sizes({ event, voice }, files) {
  const own = files.filter(({ sha256 }) => sha256 === voice || event.photos.includes(sha256));
  return { sizes: Object.fromEntries(own.map((one) => [one.sha256, one.bytes.byteLength])) };
}

/** What waits to be sent by those whose phone this is now, in order of capture. @param {import("../types.js").Phone} phone */
export async function waiting(phone) {
  const index = (await database()).transaction("records").store.index("state");
  const found = [...(await index.getAll("sending")), ...(await index.getAll("saved"))];
  return found
    .filter((entry) => isOfPhone(entry, phone))
    .sort((one, other) => one.sequence - other.sequence);
}

/** @param {Entry[]} entries */
export async function lock(entries) {
  const tx = (await database()).transaction("records", "readwrite");
  for (const entry of entries) await tx.store.put({ ...entry, state: "sending" });
  await tx.done;
}

/** Nothing is being sent any more: what has no answer waits again. */
export async function release() {
  const tx = (await database()).transaction("records", "readwrite");
  for (const entry of await tx.store.index("state").getAll("sending")) {
    await tx.store.put({ ...entry, state: "saved" });
  }
  await tx.done;
}

/**
 * Write down what the server said about each record, and the files it misses.
 * @param {Entry[]} entries
 * @param {Outcome[]} outcomes
 */
export async function settle(entries, outcomes) {
  const stores = /** @type {const} */ (["records", "photos"]);
  const tx = (await database()).transaction(stores, "readwrite", { durability: "strict" });
  for (const outcome of outcomes) {
    const entry = entries.find((one) => one.sequence === outcome.sequence);
    if (!entry || entry.event.id !== outcome.id) continue;
    const state = STATES[outcome.status] ?? (outcome.status >= 500 ? "saved" : "needs_you");
    const { problem: _old, ...kept } = entry;
    const after = { ...kept, state, status: outcome.status };
    if (outcome.problem && state !== "accepted") Object.assign(after, { problem: outcome.problem });
    if (state === "accepted") Object.assign(after, { accepted_at: Date.now() });
    if (state === "needs_you") Object.assign(after, { refused_at: Date.now() }, patience(after, Date.now()));
    await tx.objectStore("records").put(after);
    for (const name of outcome.problem?.missing ?? []) {
      const file = await tx.objectStore("photos").get(name);
      if (file) await tx.objectStore("photos").put({ ...file, sent: 0 });
    }
  }
  await tx.done;
  changed();
}

/**
 * Put a record that needed somebody back into the queue, with what they changed.
 * @param {number} sequence
 * @param {(entry: Entry) => Entry} [change]
 */
export async function sendAgain(sequence, change = (entry) => entry) {
  const tx = (await database()).transaction("records", "readwrite", { durability: "strict" });
  const entry = await tx.store.get(sequence);
  if (entry && entry.state !== "accepted") await tx.store.put({ ...change(entry), state: "saved" });
  await tx.done;
  changed();
}
