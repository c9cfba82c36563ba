// What is being filled in: kept at every answer, for a phone that rings or dies in the middle.
// @ts-check
import { database, meta } from "./db.js";
import { loggedBy, phone } from "./reading.js";

/** @typedef {import("./questions.js").Answers} Answers */
/** @typedef {{kind: string, answers: Answers}} Draft */

const DRAFT = "draft"; // of a phone's own person; others have one each
export const ALL = IDBKeyRange.bound(DRAFT, `${DRAFT}:\uffff`);
/** @type {Set<string>} */
const written = new Set(); // files: what else is answered need not wait for the disk

/** Under which name a draft is kept: it stays with who made it. @param {{member_id: string, phone_of?: string}} by */
export const draftOf = ({ member_id, phone_of }) => (phone_of ? `${DRAFT}:${member_id}` : DRAFT);

/** What goes with the answers, as bytes. @param {Answers} answers */
export const filesOf = (answers) => [...answers.photos, ...(answers.voice ? [answers.voice] : [])];

/**
 * Keep answers, and the bytes of photos and of what was said once: whatever names them later finds
 * them on the disk, so that saving writes only words.
 * @param {Draft} draft
 * @param {import("../types.js").Phone} who makes it; given, not read here: a draft that waited to be written
 * could come after the step is saved
 */
export async function keepDraft({ kind, answers }, who) {
  const stores = /** @type {const} */ (["meta", "photos"]);
  const files = filesOf(answers);
  const isNew = files.some(({ sha256 }) => !written.has(sha256));
  const tx = (await database()).transaction(stores, "readwrite", { durability: isNew ? "strict" : "relaxed" });
  const photos = answers.photos.map(({ sha256, original }) => ({ sha256, original }));
  const voice = answers.voice && { sha256: answers.voice.sha256 };
  const keep = async (/** @type {typeof files[number]} */ file) => {
    const store = tx.objectStore("photos");
    if ((await store.getKey(file.sha256)) === undefined) await store.put(file);
  };
  await Promise.all([
    ...files.map(keep),
    tx.objectStore("meta").put({ kind, answers: { ...answers, photos, voice } }, draftOf(loggedBy(who))),
    tx.done,
  ]);
  for (const { sha256 } of files) written.add(sha256);
}

/** What this person is filling in. @returns {Promise<Draft | undefined>} */
export async function theDraft() {
  const who = await phone();
  const kept = /** @type {Draft | undefined} */ (who && (await meta(draftOf(loggedBy(who)))));
  if (!kept || !filesOf(kept.answers).length) return kept;
  const found = await Promise.all(filesOf(kept.answers).map(async (file) => file.bytes ? file : (await database()).get("photos", file.sha256)));
  const files = found.flatMap((file) => file ?? []);
  const photos = files.flatMap((file) => "type" in file ? [] : file);
  const voice = files.find((file) => "type" in file);
  return { ...kept, answers: { ...kept.answers, photos, voice } };
}
