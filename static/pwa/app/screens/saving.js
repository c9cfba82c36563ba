// Saving a step: on the disk first, then the tick, and only then the network.
// @ts-check
import { changed, setMeta } from "../core/db.js";
import { filesOf } from "../core/draft.js";
import { isGrown } from "../core/questions.js";
import { save } from "../core/records.js";
import { build } from "../core/steps.js";

const AFTER_THE_TICK_MS = 200; // it is seen before anything else is done

/** @typedef {{entry: import("../types.js").Entry, kept: import("../types.js").Sections}} Latest */
/** @type {Latest | undefined} */
let latest;

/** What was saved a moment ago: the tick need not read it back. @param {number} number */
export function justSaved(number) {
  return latest?.entry.sequence === number ? latest : undefined;
}

/**
 * Save what was answered and lead to the tick; gives the name of what went wrong, if anything.
 * @param {import("../types.js").Kind} kind
 * @param {import("../core/questions.js").Answers} answers
 * @param {import("../types.js").Sections} kept
 * @param {import("../types.js").Phone} phone
 */
export async function saveStep(kind, answers, kept, phone) {
  let entries;
  try {
    entries = await save(build(kind, answers, kept, phone), filesOf(answers));
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    return isFull ? "save.full" : "save.failed";
  }
  const [entry] = /** @type {[import("../types.js").Entry]} */ (entries);
  latest = { entry, kept };
  location.replace(`#/saved/${entry.sequence}/${entries.length}`);
  const [ground] = isGrown(kind) ? answers.grounds : [];
  setTimeout(() => afterwards(ground), AFTER_THE_TICK_MS);
  return "";
}

/** What may wait: where the person was is where the next step begins; then it is sent. @param {import("../core/questions.js").Ground} [ground] */
async function afterwards(ground) {
  if (ground) await setMeta("ground", groundOnly(ground)).then(changed, () => {});
  (await import("../core/triggers.js")).afterSave();
  navigator.storage?.persist?.().catch(() => {}); // asked once something is here worth keeping
}

/** @param {import("../core/questions.js").Ground} ground */
const groundOnly = ({ copied_from: _, ...ground }) => ground;
