// One record: what it says, where it stands and why; beside it what the server has, where they differ.
// @ts-check
import { database } from "../core/db.js";
import { isEarly, PATIENT_DAYS } from "../core/early.js";
import { phone, sections } from "../core/reading.js";
import { sendAgain } from "../core/records.js";
import { tryNow } from "../core/triggers.js";
import { Icon, Screen, html, moment, number, t, two, unit, useKept, verb } from "../view.js";
import { Thumbnail } from "./log_foot.js";
import { stateOf } from "./outbox.js";
import { Listen } from "./voice.js";

/** @typedef {import("../types.js").StepEvent} StepEvent */
/** @typedef {import("../types.js").Sections} Sections */

const NOT_A_USER = "/not-a-user"; // who logged it: the role is not what is wrong

/** @param {{args: string[]}} props */
export default function Record({ args: [sequence = ""] }) {
  const found = useKept(async () => {
    const entry = await (await database()).get("records", Number(sequence));
    const photos = await Promise.all((entry?.event.photos ?? []).map(async (name) => (await database()).get("photos", name)));
    const voice = entry?.voice ? await (await database()).get("photos", entry.voice) : undefined;
    return { entry, voice, photos: photos.flatMap((one) => one ?? []), kept: await sections(), who: await phone() };
  }, [sequence]);
  const entry = found?.entry;
  if (!found || !entry) return html`<${Screen} title="" back="#/outbox" />`;
  const kind = found.kept.step_kinds.find((one) => one.id === entry.event.step_kind);
  const [icon, tone, word] = stateOf(entry);
  const isStuck = entry.state === "needs_you" || entry.state === "conflict";
  const foot = isStuck && html`<${WhatNow} entry=${entry} kind=${kind} />`;
  return html`<${Screen} title=${[kind ? verb(kind) : entry.event.step_kind, entry.title].filter(Boolean).join(" · ")} back="#/outbox" foot=${foot}>
    <p class=${`state ${tone}`}><${Icon} name=${icon} />${t(word)}</p>
    ${entry.copied_from && html`<p class="state"><${Icon} name="history" />${t("log.same")}</p>`}
    ${isStuck && html`<${Reasons} entry=${entry} />`}
    ${entry.state === "conflict" && entry.problem?.kept
      ? html`<h2>${t("conflict.mine")}</h2><${Facts} event=${entry.event} kept=${found.kept} />
          <h2>${t("conflict.theirs")}</h2><${Facts} event=${entry.problem.kept} kept=${found.kept} other=${entry.event} />
          <p class="soft">${t("conflict.what_now")}</p>`
      : html`<${Facts} event=${entry.event} kept=${found.kept} />`}
    ${found.photos.length > 0 && html`<ul class="photos">${found.photos.map((photo) => html`<li><${Thumbnail} photo=${photo} /></li>`)}</ul>`}
    ${found.voice && "type" in found.voice && html`<${Listen} voice=${found.voice} />`}
    ${(entry.event.step_kind === "ship" || entry.slip) && html`<a class="quiet" href=${`#/handover/${sequence}`}><${Icon} name="handshake" />${t(entry.slip ? "answer.show" : "slip.show")}</a>`}
    <p class="soft">${t("record.number", { number: `${found.who?.mark ?? ""}${entry.sequence}` })}</p>
  <//>`;
}

/**
 * Send it again; where something else lay in a crate, first say what it was, and without a slip that
 * was refused.
 * @param {{entry: import("../types.js").Entry, kind?: import("../types.js").Kind}} props
 */
function WhatNow({ entry, kind }) {
  const again = (/** @type {Parameters<typeof sendAgain>[1]} */ change = undefined) => sendAgain(entry.sequence, change).then(tryNow);
  const isOfCrate = entry.state === "needs_you" && entry.problem?.errors?.some((one) => one.pointer?.startsWith("/crates/"));
  const isOfSlip = entry.slip && entry.problem?.errors?.some((one) => one.pointer === "/slip");
  if (isOfSlip) return html`<button class="cta" onClick=${() => again(({ slip: _, ...one }) => one)}><${Icon} name="send" />${t("slip.without")}</button>`;
  if (!isOfCrate || !kind) return html`<button class="quiet" onClick=${() => again()}><${Icon} name="refresh" />${t("record.again")}</button>`;
  const anew = () => import("../core/repacked.js").then(({ takenAnew }) => takenAnew(entry, kind)).then((event) => again((one) => ({ ...one, ...event })));
  return html`<button class="quiet" onClick=${() => again((one) => ({ ...one, crates: [] }))}><${Icon} name="check" />${t("crate.as_logged")}</button>
    <button class="cta" onClick=${anew}><${Icon} name="crate" />${t("crate.take_now")}</button>`;
}

/** @param {{entry: import("../types.js").Entry}} props */
function Reasons({ entry }) {
  const [problem, word] = [entry.problem ?? {}, `problem.${entry.status}`];
  const said = (problem.errors ?? []).flatMap(({ message, fix }) => [[message, fix].filter(Boolean).join(" ")]).filter(Boolean);
  if (entry.again_at) {
    return html`<div class="note" role="status"><b>${t("state.early")}</b>${said.map((line) => html`<p>${line}</p>`)}
      <p>${t("record.early", { at: moment(entry.again_at) })}</p><p>${t("record.kept")}</p></div>`;
  }
  return html`<div class="note clay" role="status">
    <b>${problem.type?.endsWith(NOT_A_USER) || t(word) === word ? problem.title : t(word)}</b>
    ${said.length ? said.map((line) => html`<p>${line}</p>`) : problem.detail}
    ${isEarly(entry) && html`<p>${t("record.too_early", { days: PATIENT_DAYS })}</p>`}
    <p>${t("record.kept")}</p>
  </div>`;
}

/** What a step says, line by line; where another version is given, only what it says differently is marked. @param {{event: Partial<StepEvent>, kept: Sections, other?: StepEvent}} props */
function Facts({ event, kept, other }) {
  const kind = kept.step_kinds.find((one) => one.id === (event.step_kind ?? other?.step_kind));
  const lines = facts(event, kept, kind);
  const others = other && new Map(facts(other, kept, kind));
  return html`<dl class="card">
    ${lines.map(([name, value]) => {
      const differs = others && others.get(name) !== value;
      return html`<dt>${name}</dt><dd>${differs ? html`<mark>${value}</mark>` : value}</dd>`;
    })}
  </dl>`;
}

/** @param {Partial<StepEvent>} event @param {Sections} kept @param {import("../types.js").Kind | undefined} kind @returns {[string, string][]} */
function facts(event, kept, kind) {
  const site = kept.places.find((one) => one.site_id === event.site_id);
  const plot = site?.plots.find((one) => one.plot_id === event.plot_id);
  const nameOf = (/** @type {string} */ id) => two(kept.batches.find((one) => one.batch_id === id)?.name);
  const goods = (/** @type {import("../types.js").Line[]} */ all) => all.map((line) => `${number(line.quantity)} ${unit(line.uom)} ${nameOf(line.batch_id)}`.trim()).join(", ");
  const given = Object.entries(event.fields ?? {}).filter(([name]) => name !== "ship_event");
  /** @type {[string, string][]} */
  const all = [
    [t("fact.when"), event.event_time ? moment(event.event_time) : ""],
    [t("fact.where"), [plot?.name, site?.name].filter(Boolean).join(" · ")],
    [t("fact.in"), goods(event.inputs ?? [])],
    [t("fact.out"), goods(event.outputs ?? [])],
  ];
  for (const [name, value] of given) {
    const spec = kind?.fields.find((one) => one.id === name);
    const receiver = kept.receivers.find((one) => one.value === value)?.name;
    const option = spec?.options?.find((one) => one.id === value);
    all.push([two(spec?.label) || (name === "note" ? t("fact.note") : name), option ? two(option.label) : receiver ?? `${value ?? ""} ${unit(spec?.unit)}`.trim()]);
  }
  return all.filter(([, value]) => value);
}
