// What screens read: who uses this phone, what came with the snapshot, what is still here.
// @ts-check
import { database, meta } from "./db.js";

/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {import("../types.js").Sections} Sections */
/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {{member_id: string, name: string, phone_of: string}} Chosen */

/** @type {import("../types.js").State[]} */
export const UNSENT = ["saved", "sending", "needs_you", "conflict"];

export const NOTHING = /** @type {Sections} */ ({
  me: {},
  places: [],
  seasons: [],
  products: [],
  step_kinds: [],
  substances: [],
  batches: [],
  crates: [],
  shipments: [],
  receivers: [],
  people: [],
  users: [],
  last: {},
});

/** This phone as it was enrolled, whoever uses it now. @returns {Promise<Phone | undefined>} */
export function enrolled() {
  return meta("phone");
}

/** This phone with who uses it now; `own` is its own person, where that is somebody else. @returns {Promise<Phone | undefined>} */
export async function phone() {
  const [own, chosen] = await Promise.all([enrolled(), /** @type {Promise<Chosen | undefined>} */ (meta("user"))]);
  if (!own || chosen?.phone_of !== own.member.id) return own;
  const { member_id: id, name } = chosen;
  const users = /** @type {Sections["users"] | undefined} */ (await (await database()).get("snapshot", "users"));
  const isGone = !users?.some((one) => one.member_id === id); // whom the desk took off
  return { ...own, own: own.member, member: { id, name, roles: [] }, isGone };
}

/** In whose name a step is saved. @param {Phone} phone */
export function loggedBy({ producer, member, own }) {
  return { producer_id: producer.id, member_id: member.id, ...(own ? { phone_of: own.id } : {}) };
}

/** Whether a step was logged by who may send it from this phone. @param {Entry} entry @param {Phone} phone */
export function isOfPhone({ producer_id, member_id, phone_of }, { producer, member, own }) {
  return producer_id === producer.id && (phone_of ?? member_id) === (own ?? member).id;
}

/** All sections of the snapshot; those that never came are empty. @returns {Promise<Sections>} */
export async function sections() {
  const store = (await database()).transaction("snapshot").store;
  const [names, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
  const { offered = [], ...kept } = { ...NOTHING, ...Object.fromEntries(names.map((name, at) => [name, values[at]])) };
  const others = offered.filter((one) => !kept.shipments.some(({ event_id }) => event_id === one.event_id)); // of a delivery note
  return { ...kept, shipments: [...kept.shipments, ...others] };
}

/**
 * How many saved steps are still on this phone only, and how many of them wait for a person; and
 * the same with answers to slips.
 */
export async function unsent() {
  const index = (await database()).transaction("records").store.index("state");
  const [told, stuck, saved = 0, sending = 0, refused = 0, conflicts = 0] = await Promise.all([
    answers(),
    index.getAll("needs_you"),
    ...UNSENT.map((state) => index.count(state)),
  ]);
  const all = saved + sending + refused + conflicts;
  const needing = stuck.filter(({ again_at }) => !again_at).length; // the others are sent again by themselves
  return { all, needing: needing + conflicts + told.filter(isRefused).length, withAnswers: all + told.length };
}

/** Answers to slips of this phone that the server has not confirmed. */
export async function answers() {
  const slips = await (await database()).getAll("slips");
  return slips.filter(({ counter, status = 0 }) => counter && status !== 200 && status !== 201);
}

/** @param {import("../types.js").KeptSlip} answer */
export const isRefused = ({ status = 0 }) => status >= 400 && status < 500;

/** What this phone logged and the snapshot does not tell yet, newest first. */
export async function unheard() {
  const [all, have] = await Promise.all([entries(), meta("snapshot")]);
  const { at = 0 } = /** @type {{at?: number}} */ (have ?? {});
  return all.filter((entry) => entry.state !== "accepted" || (entry.accepted_at ?? 0) > at);
}

/** What this phone logged lately, newest first. @returns {Promise<Entry[]>} */
export async function entries() {
  return (await (await database()).getAll("records")).reverse();
}
