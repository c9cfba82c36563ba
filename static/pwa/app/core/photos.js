// Sends the photos of records, each by its hash, before the records that name them.
// @ts-check
import { ask, Refused } from "./api.js";
import { database } from "./db.js";
import * as records from "./records.js";

/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").Phone} Phone */

const REFUSED_PHOTO = [400, 403, 404, 409, 413, 415, 422];

/**
 * Send the photos that the server does not have yet; give the records that may follow.
 * @param {Phone} phone
 * @param {Entry[]} entries
 */
export async function sendPhotos(phone, entries) {
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
  for (const name of entry.event.photos) {
    const photo = await (await database()).get("photos", name);
    if (!photo || photo.sent) continue;
    const answer = await ask(`/api/v1/photos/${name}`, { method: "PUT", token: phone.token, bytes: photo.bytes });
    if (answer.status < 300) await (await database()).put("photos", { ...photo, sent: 1 });
    else if (REFUSED_PHOTO.includes(answer.status) && answer.body) return { status: answer.status, problem: answer.body };
    else throw new Refused(answer);
  }
  return undefined;
}
