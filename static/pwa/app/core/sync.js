// Sends the outbox: photos and voice notes first, then the records in order of capture. What the server has
// understood is never sent twice to another effect: every part carries its own id.
// @ts-check
import { ask, Refused, Unreachable } from "./api.js";
import { changed, meta, setMeta } from "./db.js";
import { retryEarly } from "./early.js";
import { envelope, keepReserve } from "./envelope.js";
import { sendFiles } from "./files.js";
import { prune } from "./pruning.js";
import { enrolled } from "./reading.js";
import * as records from "./records.js";
import { sendSlips } from "./slip_sending.js";

/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {{result: "sent" | "nothing" | "busy" | "later" | "revoked" | "nobody", wait?: number}} Flushed */

export const MOST = 100;
const TOO_MUCH = [400, 413, 422]; // of a whole request: halve it until the one at fault is alone

/**
 * Send what waits, unless another tab or the worker is at it, or the server has asked any of them
 * for patience; a person who presses a button is not held up by that.
 * @returns {Promise<Flushed>}
 */
export async function flush(isPressed = false) {
  const sendIfWelcome = async () => {
    const wait = isPressed ? 0 : await patience();
    return wait ? /** @type {Flushed} */ ({ result: "later", wait }) : send();
  };
  if (!("locks" in navigator)) return sendIfWelcome(); // before Safari 15.4: one page, no worker at the same time
  /** @type {Flushed} */
  let flushed = { result: "busy" };
  await navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => {
    if (lock) flushed = await sendIfWelcome();
  });
  return flushed;
}

/** For how many milliseconds the server still wants to be left alone. */
async function patience() {
  /** @type {{at: number, wait?: number} | undefined} */
  const last = await meta("sync");
  if (!last?.wait) return 0;
  const left = last.at + last.wait - Date.now();
  return left <= last.wait ? Math.max(left, 0) : 0; // a clock put back does not keep us for long
}

/** @returns {Promise<Flushed>} */
async function send() {
  const phone = await enrolled();
  if (!phone) return { result: "nobody" };
  if (!phone.token) return { result: "revoked" };
  let most = MOST;
  let result = /** @type {Flushed} */ ({ result: "nothing" });
  try {
    await retryEarly();
    for (let rounds = 0; rounds < 100; rounds += 1) {
      const batch = (await records.waiting(phone)).slice(0, most);
      if (!batch.length) break;
      await records.lock(batch);
      const ready = await sendFiles(phone, batch);
      if (!ready.length) continue;
      const outcome = await post(phone, ready);
      if (outcome === "halve") most = Math.max(1, Math.floor(ready.length / 2));
      else result = { result: "sent" };
      if (outcome === "again") await pause(rounds);
    }
    if (await sendSlips(phone)) result = { result: "sent" };
    await prune();
    await setMeta("sync", { at: Date.now(), problem: null });
  } catch (error) {
    await records.release();
    result = await failed(phone, error);
  }
  changed();
  return result;
}

/**
 * @param {Phone} phone
 * @param {unknown} error
 * @returns {Promise<Flushed>}
 */
async function failed(phone, error) {
  // Only in our own words: a network that wants a name first says 403 too, with a page of its own.
  if (error instanceof Refused && [401, 403].includes(error.answer.status) && error.answer.body) {
    await setMeta("phone", { ...phone, token: null });
    await setMeta("sync", { at: Date.now(), problem: "revoked", detail: error.answer.body?.detail });
    return { result: "revoked" };
  }
  if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  const problem = error instanceof Refused ? "server" : "network";
  const wait = error instanceof Refused ? error.answer.wait : 0;
  await setMeta("sync", { at: Date.now(), problem, wait });
  return { result: "later", wait };
}

/** @param {number} rounds */
function pause(rounds) {
  // A photo the server lost is sent again at once; one it loses again and again is not hurried.
  return new Promise((go) => setTimeout(go, rounds < 2 ? 0 : 1000));
}

/**
 * @param {Phone} phone
 * @param {Entry[]} entries
 * @returns {Promise<"done" | "again" | "halve">}
 */
async function post(phone, entries) {
  const body = await envelope(phone, entries);
  const answer = await ask("/api/v1/sync", { method: "POST", token: phone.token, json: body });
  if (TOO_MUCH.includes(answer.status) && answer.body) {
    if (entries.length > 1) return "halve";
    const [entry] = /** @type {[Entry]} */ (entries);
    const outcome = { sequence: entry.sequence, id: entry.event.id, status: answer.status, problem: answer.body };
    await records.settle(entries, [outcome]);
    return "done";
  }
  if (answer.status !== 200) throw new Refused(answer);
  if (!Array.isArray(answer.body?.results)) throw new Unreachable("not our server");
  /** @type {import("../types.js").Outcome[]} */
  const outcomes = answer.body.results;
  await records.settle(entries, outcomes);
  await keepReserve(answer.body.reserve ?? []);
  await setMeta("skew_seconds", answer.body.skew_seconds ?? 0);
  if (outcomes.some((outcome) => outcome.status >= 500)) throw new Refused({ ...answer, status: 503 });
  return outcomes.some((outcome) => outcome.status === 424) ? "again" : "done";
}
