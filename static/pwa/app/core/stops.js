// What forbids a step before it is done, as the server judges an attempt: a crop before its day (soon after
// nitrogen it is advice alone), and
// goods that are held, whose sale is stopped, that have expired or were treated with a drug of late.
// @ts-check
import { daysAfter } from "./clock.js";
import { takes } from "./questions.js";
import { betterFrom, harvestFrom } from "./repeats.js";

/** @typedef {import("../types.js").Batch} Batch */
/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").Sections} Sections */
/** @typedef {import("./questions.js").Answers} Answers */

/**
 * `id` tells whether a person has been told of it; `day` is the first day of a harvest or of leaving,
 * or the last one of use.
 * @typedef {{id: string, rule: string, day?: string, batch?: Batch, why?: import("../types.js").Two | string | null, by?: import("../types.js").Two}} Stop
 */

/** What stands against goods, whatever is done with them. @param {Batch} batch @param {string} today @returns {Stop[]} */
export function standing(batch, today) {
  const id = (/** @type {string} */ rule) => `${rule} ${batch.batch_id}`;
  /** @type {Stop[]} */
  const found = (batch.against ?? []).map(({ rule, why, by }) => ({ id: id(rule), rule, batch, why, ...(by ? { by } : {}) }));
  const { expiry_date, leave_from } = batch;
  if (expiry_date && today > expiry_date) found.push({ id: id("shelf_life"), rule: "shelf_life", batch, day: expiry_date });
  if (leave_from && today < leave_from.date) {
    found.push({ id: id("withdrawal"), rule: "withdrawal", batch, day: leave_from.date, why: leave_from.because ?? null });
  }
  return found;
}

/**
 * What forbids a step with what is answered so far; `kept` knows of treatments logged here.
 * @param {import("../types.js").Kind} kind
 * @param {Answers} answers
 * @param {Sections} kept
 * @param {Entry[]} saved what this phone has logged
 * @param {string} today
 * @returns {Stop[]}
 */
export function stopsBefore(kind, answers, kept, saved, today) {
  const named = takes(kind) ? answers.lines : answers.about;
  const goods = kept.batches.filter((batch) => named.some((one) => one.batch_id === batch.batch_id));
  const found = goods.flatMap((batch) => standing(batch, today));
  const asked = found.filter((stop) => kind.stopped_by?.includes(stop.rule));
  if (kind.id !== "harvest") return asked;
  const [ground] = answers.grounds;
  const day = ground && harvestFrom(ground, kept, saved);
  if (day && today < day) return [...asked, { id: `phi ${ground.plot_id}`, rule: "phi", day }];
  const better = ground && betterFrom(ground, kept, saved);
  return better && today < better ? [...asked, { id: `nitrogen ${ground.plot_id}`, rule: "nitrogen_stop", day: better }] : asked;
}

/** The answers without the goods that may not be used. @param {Answers} answers @param {Stop[]} stops */
export function without(answers, stops) {
  const isFree = (/** @type {{batch_id: string}} */ one) => !stops.some((stop) => stop.batch?.batch_id === one.batch_id);
  const crates = answers.crates?.filter((crate) => crate.holds.every(isFree)) ?? [];
  return { lines: answers.lines.filter(isFree), about: answers.about.filter(isFree), crates };
}

/**
 * Whether a treatment is one of these animals': it names them or what they came from, or the season
 * of the pen they were brought into, or the pen alone since then.
 * @param {import("../types.js").StepEvent} treatment
 * @param {Batch} herd
 */
function concerns({ event_time, plot_id, season_id, inputs = [], outputs = [], about = [] }, { batch_id, from = [], pens = [] }) {
  const named = [...inputs, ...outputs, ...about].map((one) => one.batch_id);
  if ([batch_id, ...from].some((one) => named.includes(one))) return true;
  return pens.some((pen) => {
    if (season_id && pen.season_id) return season_id === pen.season_id;
    return !named.length && Boolean(plot_id) && plot_id === pen.plot_id && Date.parse(event_time) >= Date.parse(pen.since);
  });
}

/**
 * Animals leave no sooner than the drugs allow that this phone has logged since it last heard.
 * @template {Batch} T
 * @param {T[]} batches
 * @param {Entry[]} saved
 * @returns {T[]}
 */
export function withTreatments(batches, saved) {
  const given = saved.filter(({ event }) => event.step_kind === "treat");
  return batches.map((batch) => {
    const own = given.filter(({ event }) => batch.is_live && concerns(event, batch));
    const days = own.flatMap(({ event }) => leaveFrom(event));
    const [last] = [...days, ...(batch.leave_from ? [batch.leave_from] : [])].sort((one, other) => (one.date < other.date ? 1 : -1));
    return last ? { ...batch, leave_from: last } : batch;
  });
}

/** The first day counts as one of the days on which a drug is given. @param {import("../types.js").StepEvent} treatment */
function leaveFrom({ event_time, fields }) {
  const waits = fields["withdrawal_days"];
  if (waits === undefined || waits === null || waits === "") return [];
  const given = Math.max(Number(fields["days"] ?? 1), 1);
  return [{ date: daysAfter(event_time.slice(0, 10), given - 1 + Number(waits)), because: String(fields["drug"] ?? "") }];
}
