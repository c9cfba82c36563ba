// What went into a step, came out and was lost, in kilograms: the arithmetic of a maker's scales.
// @ts-check

/** @typedef {import("../types.js").Sections} Sections */
/** @typedef {import("./questions.js").Answers} Answers */

/** They are kept as words: whoever has others writes them. @type {import("../types.js").Option[]} */
const REASONS = [
  ["Dập nát", "Bruised or crushed"],
  ["Sâu bệnh, thối", "Pests or rot"],
  ["Ráo nước, bay hơi", "Water dried off"],
  ["Đã cân lại, đúng như vậy", "Weighed again, it is so"],
].map(([vi = "", en]) => ({ id: vi, label: { vi, en } }));

/** @type {Record<string, number>} */
const KILOGRAMS = { g: 0.001, kg: 1, "tạ": 100, "tấn": 1000 };

/**
 * Kilograms in and out; nothing where something is counted in pieces of unknown weight.
 * @param {Answers} answers
 * @param {Sections} kept
 * @returns {{into: number, out: number} | undefined}
 */
export function scales(answers, kept) {
  const weigh = (/** @type {string | undefined} */ quantity, /** @type {string} */ uom, /** @type {string | undefined} */ product_id) => {
    const product = kept.products.find((one) => one.product_id === product_id);
    const each = KILOGRAMS[uom] ?? Number(product?.net_quantity) * (KILOGRAMS[product?.net_uom ?? ""] ?? NaN);
    return Number(quantity) * each;
  };
  const into = answers.lines.reduce((sum, line) => {
    const batch = kept.batches.find((one) => one.batch_id === line.batch_id);
    return sum + weigh(line.quantity, line.uom, batch?.product_id);
  }, 0);
  const product = kept.products.find((one) => one.product_id === answers.product_id);
  const out = weigh(answers.quantity, product?.uom ?? "", answers.product_id);
  return into > 0 && out > 0 ? { into, out } : undefined;
}

/** What is neither in the goods nor said to be lost. @param {Answers} answers @param {Sections} kept */
export function missing(answers, kept) {
  const found = scales(answers, kept);
  const rest = found && Math.round((found.into - found.out) * 1000) / 1000;
  return rest !== undefined && rest > 0 ? rest : undefined;
}

/**
 * Whether more or less was lost than is usual for this kind of work.
 * @param {import("../types.js").Kind} kind
 * @param {Answers} answers
 * @param {Sections} kept
 */
export function isOdd(kind, answers, kept) {
  const found = scales(answers, kept);
  const lost = answers.fields["loss_kg"];
  if (!found || !kind.loss_band_pct || typeof lost !== "number") return false;
  const share = (lost / found.into) * 100;
  const [low, high] = kind.loss_band_pct;
  return share < low || share > high;
}

/** Why so much was lost, or so little: in the kind's own field, else as a note. @param {import("../types.js").Kind} kind @returns {import("./questions.js").Question} */
export function why(kind) {
  const id = kind.fields.some((spec) => spec.id === "loss_reason") ? "loss_reason" : "note";
  const label = { vi: "Hao hụt khác thường lệ, vì sao?", en: "The loss is unusual. Why?" };
  return { id, type: "field", required: true, spec: { id, type: "text", required: true, label, options: REASONS } };
}
