// Sends what records name, photos and voice notes, each by its hash, before the records.
// @ts-check
import { ask, Refused } from "./api.js";
import { database } from "./db.js";
import * as records from "./records.js";

/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").Phone} Phone */

const REFUSED_FILE = [400, 403, 404, 409, 413, 415, 422];

/** The names of what must be there before a record. @param {Entry} entry */
export const filesNamed = (entry) => [...entry.event.photos, ...(entry.voice ? [entry.voice] : [])];

/**
 * Send the files that the server does not have yet; give the records that may follow.
 * @param {Phone} phone
 * @param {Entry[]} entries
 */
export async function sendFiles(phone, entries) {
  const ready = [];
  for (const entry of entries) {
    const problem = await firstRefused(phone, entry);
    if (problem) await records.settle([entry], [{ ...problem, sequence: entry.sequence, id: entry.event.id }]);
    else ready.push(entry);
  }
  return ready;
}

/**
 * @param {Phone} phone
 * @param {Entry} entry
 */
async function firstRefused(phone, entry) {
  for (const name of filesNamed(entry)) {
    const file = await (await database()).get("photos", name);
    if (!file || file.sent) continue;
    const [kind, type] = "type" in file ? ["voices", file.type] : ["photos", "image/jpeg"];
    const answer = await ask(`/api/v1/${kind}/${name}`, { method: "PUT", token: phone.token, bytes: file.bytes, type });
    if (answer.status < 300) await (await database()).put("photos", { ...file, sent: 1 });
    else if (REFUSED_FILE.includes(answer.status) && answer.body) return { status: answer.status, problem: answer.body };
    else throw new Refused(answer);
  }
  return undefined;
}
