// Sends the answers to slips, and asks again about receipts that wait for the other phone.
// @ts-check
import { ask, Refused, Unreachable } from "./api.js";
import { changed, database } from "./db.js";
import { envelope } from "./envelope.js";
import { answers, entries, isOfPhone, isRefused } from "./reading.js";
import { settle } from "./records.js";
import { readSlip } from "./slips.js";

/** @typedef {import("../types.js").KeptSlip} KeptSlip */

export const WAITS = 202;
const MOST = 20;

/** @param {import("../types.js").Phone} phone @returns {Promise<boolean>} whether there was anything */
export async function sendSlips(phone) {
  const isMine = (/** @type {KeptSlip} */ one) => readSlip(one.slip).producer_id === phone.producer.id;
  const open = (await answers()).filter((one) => !isRefused(one) && isMine(one)).slice(0, MOST);
  const waiting = (await entries()).filter((one) => one.state === "accepted" && one.status === WAITS && isOfPhone(one, phone)).slice(0, MOST);
  if (!open.length && !waiting.length) return false;
  const slips = open.map(({ slip, counter }) => ({ slip, counter }));
  const json = { ...(await envelope(phone, waiting)), slips };
  const answer = await ask("/api/v1/sync", { method: "POST", token: phone.token, json });
  if (answer.status !== 200) throw new Refused(answer);
  const { results, slips: told } = answer.body ?? {};
  if (!Array.isArray(results) || !Array.isArray(told) || told.length !== open.length) throw new Unreachable("not our server");
  await settle(waiting, results);
  const tx = (await database()).transaction("slips", "readwrite", { durability: "strict" });
  for (const [at, { event_id }] of open.entries()) {
    const { status, problem } = told[at];
    const there = await tx.store.get(event_id);
    const { problem: _before, ...rest } = there ?? {};
    if (there) await tx.store.put(/** @type {KeptSlip} */ ({ ...rest, status, ...(problem ? { problem } : {}) }));
  }
  await tx.done;
  changed();
  return true;
}
