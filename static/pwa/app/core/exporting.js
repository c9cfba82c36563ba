// The unsent queue as one file: what the desk imports where a phone cannot send any more.
// @ts-check
import { database } from "./db.js";
import { answers, enrolled, entries, UNSENT } from "./reading.js";
import { envelope } from "./envelope.js";
import { filesNamed } from "./files.js";

/** Everything that is only on this phone, with its photos and voice notes; the shape of a sync request. */
export async function exported() {
  const phone = await enrolled();
  if (!phone) return undefined;
  const unsent = (await entries()).filter((entry) => UNSENT.includes(entry.state)).reverse();
  const body = await envelope(phone, unsent);
  /** @type {Record<"photos" | "voices", Record<string, string>>} */
  const files = { photos: {}, voices: {} };
  for (const name of new Set(unsent.flatMap(filesNamed))) {
    const file = await (await database()).get("photos", name);
    if (file) files["type" in file ? "voices" : "photos"][name] = base64(file.bytes);
  }
  const slips = (await answers()).map(({ slip, counter }) => ({ slip, counter }));
  return new Blob([JSON.stringify({ ...body, slips, ...files })], { type: "application/json" });
}

/** @param {ArrayBuffer} bytes */
function base64(bytes) {
  const view = new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < view.length; at += 0x8000) text += String.fromCharCode(...view.subarray(at, at + 0x8000));
  return btoa(text);
}
