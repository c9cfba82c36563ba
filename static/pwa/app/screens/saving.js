// Saving a step: on the disk first, then the tick, and only then the network.
// @ts-check
import { save } from "../core/records.js";
import { build } from "../core/steps.js";

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
    entries = await save(build(kind, answers, kept, phone), answers.photos);
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    return isFull ? "save.full" : "save.failed";
  }
  const numbers = entries.map((entry) => entry.sequence);
  location.replace(`#/saved/${numbers[0]}/${numbers.length}`);
  import("../core/triggers.js").then(({ afterSave }) => afterSave());
  navigator.storage?.persist?.().catch(() => {}); // asked once something is here worth keeping
  return "";
}
