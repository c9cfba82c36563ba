// What a delivery note is about: asked for once, then kept like what is on its way to us anyway.
// @ts-check
import { ask, Unreachable } from "./api.js";
import { changed, database } from "./db.js";
import { enrolled, entries } from "./reading.js";

const OFFERED = "offered"; // beside the sections of the snapshot

/** @typedef {import("../types.js").Shipment} Shipment */

/**
 * The shipment behind the code of a note; nothing where it is not for us to receive.
 * @param {string} code
 * @returns {Promise<Shipment | undefined | "unreachable">}
 */
export async function shipmentOf(code) {
  const token = (await enrolled())?.token;
  if (!token) return undefined;
  const asked = ask("/api/v1/hand-offs/by-code", { method: "POST", token, json: { code } });
  const answer = await asked.catch((error) => {
    if (error instanceof Unreachable) return undefined;
    throw error;
  });
  if (!answer || (answer.status === 200 && !answer.body)) return "unreachable";
  if (answer.status !== 200) return undefined;
  const store = (await database()).transaction("snapshot", "readwrite").store;
  await store.put([answer.body], OFFERED);
  changed();
  return answer.body;
}

/** Forget the shipment of a note that somebody else was asked about, who used this phone before. */
export const dropOffered = async () => (await database()).delete("snapshot", OFFERED);

/** Forget the shipment of a note once it was received here. */
export async function dropReceived() {
  const all = await database();
  const [one] = /** @type {Shipment[]} */ ((await all.get("snapshot", OFFERED)) ?? []);
  if (one && (await entries()).some(({ event }) => event.ship_event_id === one.event_id)) await all.delete("snapshot", OFFERED);
}
