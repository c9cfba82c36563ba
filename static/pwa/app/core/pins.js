// The PIN by which people of one phone choose themselves. It says who is at work; it is no secret from
// whoever holds the phone and can read what is kept on it. It never leaves the phone.
// @ts-check
import { database, meta } from "./db.js";

/** @typedef {import("../types.js").PhoneUser} PhoneUser */
/** @typedef {{salt: Uint8Array<ArrayBuffer>, hash: ArrayBuffer, resets: number, wrong: number, at: number}} Kept */
/** @typedef {Record<string, Kept>} Pins by the id of a member */

export const SHORTEST = 4;
export const LONGEST = 6;
export const TRIES = 5; // then each wrong one makes the next wait longer
const PINS = "pins";
const ROUNDS = 300_000;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/** Whether somebody has set a PIN here that was not reset at the desk since. @param {PhoneUser} user */
export async function hasPin(user) {
  return Boolean(await kept(user));
}

/** @param {PhoneUser} user @param {string} pin */
export async function setPin(user, pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await put(user, { salt, hash: await slowHash(pin, salt), resets: user.pin_resets, wrong: 0, at: 0 });
}

/** For how many milliseconds nobody may try to be this person. @param {PhoneUser} user */
export async function waitFor(user) {
  const { wrong = 0, at = 0 } = (await kept(user)) ?? {};
  const wait = wrong < TRIES ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (wrong - TRIES), LONGEST_WAIT_MS);
  const left = at + wait - Date.now();
  return left <= wait ? Math.max(left, 0) : wait; // a clock put back does not keep anybody for long
}

/** Whether this is the PIN of somebody. @param {PhoneUser} user @param {string} pin */
export async function isRight(user, pin) {
  const there = await kept(user);
  if (!there || (await waitFor(user))) return false;
  const is = same(await slowHash(pin, there.salt), there.hash);
  await put(user, is ? { ...there, wrong: 0, at: 0 } : { ...there, wrong: there.wrong + 1, at: Date.now() });
  return is;
}

/** @param {PhoneUser} user @returns {Promise<Kept | undefined>} */
async function kept({ member_id, pin_resets }) {
  const there = /** @type {Pins | undefined} */ (await meta(PINS))?.[member_id];
  return there && there.resets >= pin_resets ? there : undefined;
}

/** @param {PhoneUser} user @param {Kept} one */
async function put({ member_id }, one) {
  const tx = (await database()).transaction("meta", "readwrite", { durability: "strict" });
  const all = /** @type {Pins | undefined} */ (await tx.store.get(PINS));
  await tx.store.put({ ...all, [member_id]: one }, PINS);
  await tx.done;
}

/** @param {string} pin @param {Uint8Array<ArrayBuffer>} salt */
async function slowHash(pin, salt) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, key, 256);
}

/** @param {ArrayBuffer} one @param {ArrayBuffer} other */
function same(one, other) {
  const [left, right] = [new Uint8Array(one), new Uint8Array(other)];
  return left.every((byte, at) => byte === right[at]);
}
