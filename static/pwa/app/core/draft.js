// What is being filled in: kept at every answer, for a phone that rings or dies in the middle.
// @ts-check
import { database, meta } from "./db.js";

/** @typedef {import("./questions.js").Answers} Answers */
/** @typedef {{kind: string, answers: Answers}} Draft */

const DRAFT = "draft";
/** @type {Set<string>} */
const written = new Set(); // photos: what else is answered need not wait for the disk

/**
 * Keep answers, and the bytes of photos once: whatever names a photo later finds it on the disk, so
 * that saving writes only words.
 * @param {Draft} draft
 */
export async function keepDraft({ kind, answers }) {
  const stores = /** @type {const} */ (["meta", "photos"]);
  const isNew = answers.photos.some(({ sha256 }) => !written.has(sha256));
  const tx = (await database()).transaction(stores, "readwrite", { durability: isNew ? "strict" : "relaxed" });
  const photos = answers.photos.map(({ sha256, original }) => ({ sha256, original }));
  const keep = async (/** @type {import("../types.js").KeptPhoto} */ photo) => {
    const store = tx.objectStore("photos");
    if ((await store.getKey(photo.sha256)) === undefined) await store.put(photo);
  };
  await Promise.all([
    ...answers.photos.map(keep),
    tx.objectStore("meta").put({ kind, answers: { ...answers, photos } }, DRAFT),
    tx.done,
  ]);
  for (const { sha256 } of photos) written.add(sha256);
}

/** @returns {Promise<Draft | undefined>} */
export async function theDraft() {
  const kept = /** @type {Draft | undefined} */ (await meta(DRAFT));
  if (!kept?.answers.photos.length) return kept;
  const found = await Promise.all(kept.answers.photos.map(async (photo) => photo.bytes ? photo : (await database()).get("photos", photo.sha256)));
  return { ...kept, answers: { ...kept.answers, photos: found.flatMap((photo) => photo ?? []) } };
}
