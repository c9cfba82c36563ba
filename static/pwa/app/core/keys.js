// The key by which this phone signs slips: made once, and never to be read out of this browser.
// @ts-check
import { database, meta } from "./db.js";

/** @typedef {{privateKey: CryptoKey, told: string}} SlipKey `told` is the public key as the server reads it */

const NAME = "slip_key";

/** @returns {Promise<SlipKey>} */
export async function slipKey() {
  return /** @type {SlipKey | undefined} */ (await meta(NAME)) ?? made();
}

async function made() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const told = btoa(String.fromCharCode(...point)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const tx = (await database()).transaction("meta", "readwrite", { durability: "strict" });
  const there = /** @type {SlipKey | undefined} */ (await tx.store.get(NAME)); // of another tab, a moment ago
  const key = there ?? { privateKey: pair.privateKey, told };
  if (!there) await tx.store.put(key, NAME);
  await tx.done;
  return key;
}

/** The public key, where this browser can make and keep one. */
export async function publicKey() {
  return (await slipKey().catch(() => undefined))?.told;
}

/** What was signed, with the signature behind it. @param {Uint8Array<ArrayBuffer>} bytes */
export async function signed(bytes) {
  const { privateKey } = await slipKey();
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, bytes));
  return Uint8Array.from([...bytes, ...signature]);
}
