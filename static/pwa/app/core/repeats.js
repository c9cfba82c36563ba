// What was done the last time and may be done again in one go: same kind, same plots, same answers.
// @ts-check
import { isoDay } from "./clock.js";
import { entries, phone, sections, UNSENT } from "./reading.js";

/** @typedef {import("../types.js").Entry} Entry */

/** The work of the last day before today that can be repeated whole, and how old the outbox is. */
export async function lastTime() {
  const [saved, kept, who] = await Promise.all([entries(), sections(), phone()]);
  const oldest = saved.findLast((entry) => UNSENT.includes(entry.state))?.saved_at;
  const today = isoDay(new Date());
  const dayOf = (/** @type {Entry} */ entry) => entry.event.event_time.slice(0, 10);
  const mine = saved.filter((entry) => entry.member_id === who?.member.id);
  const before = mine.filter((entry) => dayOf(entry) < today && isRepeatable(entry, kept.step_kinds));
  const day = before[0] && dayOf(before[0]);
  const ofDay = before.filter((entry) => dayOf(entry) === day);
  const kinds = ofDay.map((entry) => entry.event.step_kind);
  const most = kinds.sort((one, other) => count(kinds, other) - count(kinds, one))[0];
  const kind = kept.step_kinds.find((one) => one.id === most);
  const chosen = ofDay.filter((entry) => entry.event.step_kind === most);
  return { kind, day, oldest, grounds: chosen.map((entry) => entry.event), kept };
}

/**
 * What this person said the last time: the snapshot tells it of the phone's own person alone.
 * @param {string} kind
 * @param {import("../types.js").Sections} kept
 * @param {Entry[]} saved
 * @param {import("../types.js").Phone} who
 * @returns {Pick<import("../types.js").Said, "event_id" | "fields"> | undefined}
 */
export function saidBefore(kind, kept, saved, { own, member }) {
  if (!own) return kept.last.kinds?.[kind];
  const { event } = saved.find((entry) => entry.member_id === member.id && entry.event.step_kind === kind) ?? {};
  return event && { event_id: event.id, fields: event.fields };
}

/** @param {string[]} list @param {string} one */
function count(list, one) {
  return list.filter((other) => other === one).length;
}

/** @param {Entry} entry @param {import("../types.js").Kind[]} kinds */
function isRepeatable({ event }, kinds) {
  const kind = kinds.find((one) => one.id === event.step_kind);
  const isOfGround = event.plot_id || event.season_id;
  return kind?.stock_effect === "none" && kind.group === "crop" && isOfGround && !event.corrects;
}

/**
 * The first day on which a plot may be harvested, after the sprays that the server knows and those
 * this phone has logged since, whatever seasons they name.
 * @param {import("./questions.js").Ground} ground
 * @param {import("../types.js").Sections} kept
 * @param {Entry[]} saved
 * @returns {string | undefined}
 */
export function harvestFrom(ground, kept, saved) {
  const season = kept.seasons.find((one) => one.season_id === ground.season_id);
  const days = [season?.harvest_from?.date];
  for (const { event } of saved) {
    if (event.step_kind !== "spray" || event.plot_id !== ground.plot_id) continue;
    days.push(allowedFrom(event.event_time, event.fields["phi_days"]));
  }
  return days.filter((day) => day !== undefined).sort().at(-1);
}

/**
 * The first day on which leaves of a plot had their time after mineral nitrogen, by what the server
 * knows and this phone has logged since.
 * @param {import("./questions.js").Ground} ground
 * @param {import("../types.js").Sections} kept
 * @param {Entry[]} saved
 * @returns {string | undefined}
 */
export function betterFrom(ground, kept, saved) {
  const nitrogen = kept.seasons.find((one) => one.season_id === ground.season_id)?.nitrogen;
  if (!nitrogen) return undefined;
  const own = saved.filter(({ event }) => event.plot_id === ground.plot_id && bringsNitrogen(event));
  const days = own.map(({ event }) => allowedFrom(event.event_time, nitrogen.days));
  return [nitrogen.from ?? undefined, ...days].filter((day) => day !== undefined).sort().at(-1);
}

/** @param {import("../types.js").StepEvent} event */
function bringsNitrogen({ step_kind, fields }) {
  return step_kind === "fertilize" && fields["fert_type"] === "mineral" && Number(fields["n_pct"]) > 0;
}

/** @param {string} sprayed @param {import("../types.js").Value | undefined} days */
export function allowedFrom(sprayed, days) {
  if (days === undefined || days === null || days === "") return undefined;
  const [year = 0, month = 1, date = 1] = sprayed.slice(0, 10).split("-").map(Number);
  return isoDay(new Date(year, month - 1, date + Number(days)));
}
