// The unsent queue as files: what the desk imports where a phone cannot send any more.
// @ts-check
import { isoDay } from "./clock.js";
import { database } from "./db.js";
import { answers, enrolled, entries, UNSENT } from "./reading.js";
import { envelope } from "./envelope.js";
import { filesNamed } from "./files.js";
import { partsOf } from "./parts.js";

// What the documented nginx lets through is 26 MiB; a chat or a card may hold less.
const LARGEST = 20 * 1024 * 1024;
const AROUND = 1000; // bytes: more than the name of a file takes, or what is said beside the records

/**
 * Everything that is only on this phone, with its photos and voice notes. Each file has the shape of a
 * sync request and is whole by itself.
 * @returns {Promise<File[]>}
 */
export async function exported() {
  const phone = await enrolled();
  if (!phone) return [];
  const unsent = (await entries()).filter((entry) => UNSENT.includes(entry.state)).reverse();
  const slips = (await answers()).map(({ slip, counter }) => ({ slip, counter }));
  if (!unsent.length && !slips.length) return [];
  const words = new Map(unsent.map((entry) => [entry, size(entry) + AROUND]));
  const sizes = await sizesOf(new Set(unsent.flatMap(filesNamed)));
  const weigh = {
    entry: (/** @type {import("../types.js").Entry} */ entry) => words.get(entry) ?? 0,
    file: (/** @type {string} */ name) => sizes.get(name) ?? 0,
  };
  const parts = partsOf(unsent, weigh, LARGEST - AROUND - size(slips));
  const made = [];
  for (const [at, part] of (parts.length ? parts : [{ entries: [], files: [] }]).entries()) {
    const body = { ...(await envelope(phone, part.entries)), slips: at ? [] : slips, ...(await contents(part.files)) };
    const name = `traceapp-${isoDay(new Date())}${parts.length > 1 ? `-${at + 1}-${parts.length}` : ""}.json`;
    made.push(new File([JSON.stringify(body)], name, { type: "application/json" }));
  }
  return made;
}

/** @param {unknown} one */
const size = (one) => new TextEncoder().encode(JSON.stringify(one)).length;

/** How many bytes each file takes in base64; they are read one after the other. @param {Set<string>} names */
async function sizesOf(names) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (const name of names) {
    const file = await (await database()).get("photos", name);
    sizes.set(name, Math.ceil((file?.bytes.byteLength ?? 0) / 3) * 4 + AROUND);
  }
  return sizes;
}

/** @param {string[]} names */
async function contents(names) {
  /** @type {Record<"photos" | "voices", Record<string, string>>} */
  const files = { photos: {}, voices: {} };
  for (const name of names) {
    const file = await (await database()).get("photos", name);
    if (file) files["type" in file ? "voices" : "photos"][name] = await base64(file.bytes);
  }
  return files;
}

/** @param {ArrayBuffer} bytes @returns {Promise<string>} */
function base64(bytes) {
  const reader = new FileReader(); // the browser does it beside the screen
  return new Promise((done, fail) => {
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(new Blob([bytes]));
  });
}
