// What a step of some kind asks, in the order of asking: one question a screen.
// @ts-check
import { isOdd, why } from "./balance.js";
import { fold } from "./codes.js";

/** @typedef {import("../types.js").Kind} Kind */
/** @typedef {import("../types.js").FieldSpec} FieldSpec */
/** @typedef {import("../types.js").Sections} Sections */
/** @typedef {import("../types.js").Value} Value */
/** @typedef {import("../types.js").KeptPhoto} KeptPhoto */
/** @typedef {import("../types.js").Line} Line */
/** `copied_from`: the step there whose values are taken over. @typedef {{site_id: string, plot_id?: string, season_id?: string, copied_from?: string}} Ground */

/**
 * @typedef {object} Answers
 * @property {Ground[]} grounds
 * @property {Record<string, Value>} fields
 * @property {Line[]} lines goods that go in, or that arrive
 * @property {{producer_id: string, batch_id: string}[]} about
 * @property {import("../types.js").CrateTaken[]} [crates] whose goods are among these
 * @property {string} [product_id]
 * @property {string} [quantity]
 * @property {string} [ship_event_id]
 * @property {KeptPhoto[]} photos
 * @property {import("../types.js").KeptVoice | undefined} [voice] what the person said instead of typing
 * @property {string} [copied_from] the step whose values the person took over
 */

/**
 * @typedef {object} Question
 * @property {string} id
 * @property {"substance" | "shipment" | "lines" | "about" | "product" | "quantity" | "field"} type
 * @property {boolean} required
 * @property {FieldSpec} [spec]
 */

const TAKES = ["transform", "move_out", "remove", "sell", "return"];
const PACKS = ["aggregate", "disaggregate"]; // name goods and how much of them, and use up none
const MAKES = ["create", "transform", "move_in"];
const GROWING = ["crop", "livestock"];
// What was only tried is told by a machine, of what it refused; why much was lost is asked where it is unusual.
const NOT_ASKED = ["attempt_kg", "attempt_heads", "attempt_qty", "ship_event", "loss_reason"];
/** What choosing from the list of substances answers at once. @type {Record<string, {name: string, also: Record<string, "active_ingredient" | "interval_days">}>} */
export const SUBSTANCE_FIELDS = {
  spray: { name: "product", also: { active_ingredient: "active_ingredient", phi_days: "interval_days" } },
  treat: { name: "drug", also: { active_ingredient: "active_ingredient", withdrawal_days: "interval_days" } },
  fertilize: { name: "product", also: {} },
};

/** @param {Kind} kind */
export const takes = (kind) => TAKES.includes(kind.stock_effect) || isPacking(kind);
/** @param {Kind} kind */
export const isPacking = (kind) => PACKS.includes(kind.id);
/** @param {Kind} kind */
export const makes = (kind) => MAKES.includes(kind.stock_effect);
/** Whether the step happens on a plot, in a pen or to a season. @param {Kind} kind */
export const isGrown = (kind) => GROWING.includes(kind.group) || kind.id === "take_sample";
/** Whether goods come from a delivery somebody sent us. @param {Kind} kind */
export const isOfShipment = (kind) => ["move_in", "return"].includes(kind.stock_effect);

/** @returns {Answers} */
export function noAnswers() {
  return { grounds: [], fields: {}, lines: [], about: [], crates: [], photos: [] };
}

/**
 * @param {Kind} kind
 * @param {Answers} answers
 * @param {Sections} kept
 * @returns {Question[]}
 */
export function questions(kind, answers, kept) {
  /** @type {Question[]} */
  const asked = [];
  const ask = (/** @type {Question["type"]} */ type, required = true) => asked.push({ id: type, type, required });
  if (isOfShipment(kind)) ask("shipment");
  const isFromList = isOfShipment(kind) && answers.ship_event_id;
  if (takes(kind) && !isOfShipment(kind)) ask("lines", !isPacking(kind));
  if (SUBSTANCE_FIELDS[kind.id]) ask("substance");
  if (makes(kind) && !isFromList) {
    if (productsFor(kind, answers, kept).length !== 1) ask("product");
    ask("quantity");
  }
  if (isFromList) ask("lines");
  if (!takes(kind) && !makes(kind) && kind.group !== "crop") ask("about", kind.group !== "livestock");
  const bySubstance = SUBSTANCE_FIELDS[kind.id];
  const specs = kind.fields.filter((spec) => !NOT_ASKED.includes(spec.id) && spec.id !== bySubstance?.name);
  const relevant = specs.filter((spec) => !isFromList || !["from_party", "supplier_lot"].includes(spec.id));
  for (const spec of [...relevant.filter((one) => one.required), ...relevant.filter((one) => !one.required)]) {
    asked.push({ id: spec.id, type: "field", required: spec.required, spec });
    if (spec.id === "loss_kg" && isOdd(kind, answers, kept)) asked.push(why(kind));
  }
  return asked.filter((one, at) => asked.findIndex((other) => other.id === one.id) === at);
}

/**
 * @param {Question} question
 * @param {Answers} answers
 * @param {Kind} kind
 */
export function isAnswered(question, answers, kind) {
  if (question.type === "shipment") return answers.ship_event_id !== undefined;
  if (question.type === "lines") return answers.lines.some((line) => Number(line.quantity) > 0);
  if (question.type === "about") return answers.about.length > 0;
  if (question.type === "product") return answers.product_id !== undefined;
  if (question.type === "quantity") return Number(answers.quantity) > 0;
  const name = question.type === "substance" ? (SUBSTANCE_FIELDS[kind.id]?.name ?? "") : question.id;
  return !["", undefined, null].includes(/** @type {string | undefined} */ (answers.fields[name]));
}

/**
 * What can come out of a step: of a harvest, what grows on its plot.
 * @param {Kind} kind
 * @param {Answers} answers
 * @param {Sections} kept
 */
export function productsFor(kind, answers, kept) {
  const seasons = kept.seasons.filter((one) => answers.grounds.some((ground) => ground.season_id === one.season_id));
  const crops = seasons.map((one) => (one.crop ?? one.name).replaceAll("_", " "));
  const fresh = kept.products.filter((product) => product.role === "intermediate");
  const ofSeason = fresh.filter((product) => crops.some((crop) => fold(product.name).startsWith(fold(crop))));
  if (kind.stock_effect === "create" && ofSeason.length) return ofSeason;
  const used = kept.batches.filter((batch) => answers.lines.some((line) => line.batch_id === batch.batch_id));
  const names = used.map((batch) => fold(typeof batch.name === "string" ? batch.name : batch.name.vi).split(" ").slice(0, 2).join(" "));
  const isAlike = (/** @type {import("../types.js").Product} */ product) => names.some((name) => fold(product.name).startsWith(name));
  const offered = kept.products.filter((product) => kind.stock_effect === "move_in" || product.role !== "ingredient");
  return [...offered.filter(isAlike), ...offered.filter((product) => !isAlike(product))];
}

/**
 * The form of "same as last time": fields and substance, never quantities, times or numbers of papers.
 * @param {Kind} kind
 * @param {Record<string, Value>} last
 */
export function copied(kind, last) {
  const kinds = Object.fromEntries(kind.fields.map((spec) => [spec.id, spec.type]));
  const isKept = (/** @type {string} */ name) =>
    name in kinds && !["date", "datetime", "event", "lot"].includes(kinds[name] ?? "") && !/_no$|^sample_code$|^serial_/.test(name);
  return Object.fromEntries(Object.entries(last).filter(([name]) => isKept(name)));
}
