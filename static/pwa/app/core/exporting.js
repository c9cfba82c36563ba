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
 * sync request and is whole by itself; those that are ready are shown while the others are made.
 * @param {(ready: File[], count: number) => void} show
 */
export async function exported(show) {
  const phone = await enrolled();
  const unsent = (await entries()).filter((entry) => UNSENT.includes(entry.state)).reverse();
  const slips = (await answers()).map(({ slip, counter }) => ({ slip, counter }));
  if (!phone || (!unsent.length && !slips.length)) return show([], 0);
  const words = new Map(unsent.map((entry) => [entry, size(entry) + AROUND]));
  const sizes = await sizesOf(unsent);
  const weigh = {
    entry: (/** @type {import("../types.js").Entry} */ entry) => words.get(entry) ?? 0,
    file: (/** @type {string} */ name) => sizes.get(name) ?? 0,
  };
  const found = partsOf(unsent, weigh, LARGEST - AROUND - size(slips));
  const parts = found.length ? found : [{ entries: [], files: [] }];
  /** @type {File[]} */
  const made = [];
  for (const [at, part] of parts.entries()) {
    const body = { ...(await envelope(phone, part.entries)), slips: at ? [] : slips };
    const name = `traceapp-${isoDay(new Date())}${parts.length > 1 ? `-${at + 1}-${parts.length}` : ""}.json`;
    made.push(new File(await written(body, part.files), name, { type: "application/json" }));
    show([...made], parts.length);
  }
}

/** @param {unknown} one */
const size = (one) => new TextEncoder().encode(JSON.stringify(one)).length;

/** How many bytes each file takes in base64; what the record does not say is read. @param {import("../types.js").Entry[]} unsent */
async function sizesOf(unsent) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (const entry of unsent) {
    for (const name of filesNamed(entry)) {
      const bytes = entry.sizes?.[name] ?? (await (await database()).get("photos", name))?.bytes.byteLength ?? 0;
      sizes.set(name, Math.ceil(bytes / 3) * 4 + AROUND);
    }
  }
  return sizes;
}

/** A file piece by piece: as one text it would be in memory several times. @param {object} body @param {string[]} names */
async function written(body, names) {
  /** @type {Record<"photos" | "voices", string[]>} */
  const files = { photos: [], voices: [] };
  for (const name of names) {
    const file = await (await database()).get("photos", name);
    if (!file) continue;
    const pieces = files["type" in file ? "voices" : "photos"];
    pieces.push(pieces.length ? "," : "", `"${name}":"`, await base64(file.bytes), '"');
  }
  return [JSON.stringify(body).slice(0, -1), ',"photos":{', ...files.photos, '},"voices":{', ...files.voices, "}}"];
}

/** @param {ArrayBuffer} bytes @returns {Promise<string>} */
function base64(bytes) {
  const reader = new FileReader(); // the browser does it beside the screen
  return new Promise((done, fail) => {
    reader.onload = () => done(String(reader.result).slice(String(reader.result).indexOf(",") + 1));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(new Blob([bytes]));
  });
}
