// The goods in hand as this phone sees them: the server's list, with what was logged here since.
// @ts-check
import { entries, sections, unheard } from "./reading.js";
import { withTreatments } from "./stops.js";

/** @typedef {import("../types.js").Batch & {isUnsent?: boolean}} AtHand */

/** @returns {Promise<AtHand[]>} */
export async function inHand() {
  const [saved, since, kept] = await Promise.all([entries(), unheard(), sections()]);
  /** @type {Map<string, AtHand>} */
  const found = new Map(kept.batches.map((batch) => [batch.batch_id, { ...batch }]));
  for (const { batches, event, producer_id, state } of since.reverse()) {
    const isMoved = kept.step_kinds.find((kind) => kind.id === event.step_kind)?.stock_effect !== "none";
    for (const made of batches) {
      const product = kept.products.find((one) => one.product_id === made.product_id);
      const name = product?.name ?? made.lot;
      const live = product?.is_live ? herd(event, found) : {};
      if (!found.has(made.batch_id)) found.set(made.batch_id, { ...made, ...live, producer_id, name, left: "0", isUnsent: state !== "accepted" });
    }
    if (isMoved) for (const line of event.inputs) add(found, line, -1);
    for (const line of event.outputs) add(found, line, 1);
  }
  return withTreatments([...found.values()], saved);
}

/**
 * Animals that a step has brought in, or made of others: with all that these were treated with.
 * @param {import("../types.js").StepEvent} event
 * @param {Map<string, AtHand>} found
 */
function herd({ event_time, plot_id, season_id, inputs }, found) {
  const sources = inputs.flatMap((line) => found.get(line.batch_id) ?? []);
  const pens = sources.flatMap((one) => one.pens ?? []);
  if (plot_id || season_id) pens.push({ since: event_time, plot_id: plot_id ?? null, season_id: season_id ?? null });
  const [leave_from] = sources.flatMap((one) => one.leave_from ?? []).sort((one, other) => (one.date < other.date ? 1 : -1));
  const from = sources.flatMap((one) => [one.batch_id, ...(one.from ?? [])]);
  return { is_live: true, pens, from, ...(leave_from ? { leave_from } : {}) };
}

/** @param {Map<string, AtHand>} found @param {import("../types.js").Line} line @param {1 | -1} sign */
function add(found, line, sign) {
  const batch = found.get(line.batch_id);
  if (!batch || batch.left == null || batch.uom !== line.uom) return;
  const left = Number(batch.left) + sign * Number(line.quantity);
  batch.left = String(Math.round(left * 1e6) / 1e6);
}
