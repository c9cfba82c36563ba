// What goes around the records: who sends, when by this phone's clock, and what is still here.
// @ts-check
import { isoMoment } from "./clock.js";
import { database, meta } from "./db.js";
import { contentHash } from "./ids.js";
import { publicKey } from "./keys.js";
import { unsent } from "./reading.js";

/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").Phone} Phone */

/**
 * @param {Phone} phone
 * @param {Entry[]} entries
 */
export async function envelope(phone, entries) {
  const { all } = await unsent();
  const one = async (/** @type {Entry} */ { sequence, batches, event, originals, copied_from, crates, voice, slip, member_id, phone_of }) => ({
    sequence,
    sha256: await contentHash(event),
    batches,
    event,
    originals,
    ...(copied_from ? { copied_from } : {}),
    ...(crates?.length ? { crates: crates.map(told) } : {}),
    ...(voice ? { voice } : {}),
    ...(slip ? { slip } : {}),
    ...(phone_of ? { member_id } : {}),
  });
  return {
    phone_id: phone.phone_id,
    sent_at: isoMoment(new Date()),
    app_version: (await meta("version")) ?? null,
    unsent: all,
    last_sequence: (await meta("last_sequence")) ?? 0,
    free_codes: await (await database()).count("codes"),
    public_key: (await publicKey()) ?? null,
    records: await Promise.all(entries.map(one)),
  };
}

/** What was in a crate as this phone knew. @param {import("../types.js").CrateTaken} crate */
function told({ mark, holds }) {
  return { mark, holds: holds.map(({ producer_id, batch_id, quantity }) => ({ producer_id, batch_id, quantity })) };
}

/** @param {string[]} codes */
export async function keepReserve(codes) {
  const tx = (await database()).transaction("codes", "readwrite");
  for (const code of codes) await tx.store.put({ code });
  await tx.done;
}
