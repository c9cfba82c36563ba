// What the phone may forget: old receipts, and photos and voice notes that nothing names any more.
// @ts-check
import { DAY_MS } from "./clock.js";
import { database } from "./db.js";
import { ALL, filesOf } from "./draft.js";
import { filesNamed } from "./files.js";
import { WAITS } from "./slip_sending.js";

const KEPT_DAYS = 30; // a receipt is kept so long

/** Forget receipts that are old, and files that neither a record nor a draft names any more. */
export async function prune() {
  const stores = /** @type {const} */ (["records", "photos", "meta", "slips"]);
  const tx = (await database()).transaction(stores, "readwrite");
  const drafts = /** @type {import("./draft.js").Draft[]} */ (await tx.objectStore("meta").getAll(ALL));
  const named = new Set(drafts.flatMap((draft) => filesOf(draft.answers).map((file) => file.sha256)));
  for (const entry of await tx.objectStore("records").getAll()) {
    const isOld = Date.now() - (entry.accepted_at ?? Infinity) > KEPT_DAYS * DAY_MS;
    const isWaiting = entry.status === WAITS;
    if (entry.state === "accepted" && isOld && !isWaiting) {
      await tx.objectStore("records").delete(entry.sequence);
      const slip = await tx.objectStore("slips").get(entry.event.id);
      if (slip && (!slip.counter || slip.status === 200 || slip.status === 201)) await tx.objectStore("slips").delete(entry.event.id);
    } else for (const name of filesNamed(entry)) named.add(name);
  }
  for (const name of await tx.objectStore("photos").getAllKeys()) {
    if (!named.has(name)) await tx.objectStore("photos").delete(name);
  }
  await tx.done;
}
