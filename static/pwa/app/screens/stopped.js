// An act that is forbidden: stopped here, before it is done. If it is done, the person says so; the
// record is taken as it happened, and the server holds the goods.
// @ts-check
import { Aloud } from "./aloud.js";
import { Icon, Screen, day, html, t, two, weekday } from "../view.js";
import "../words/stopping.js";

/** @typedef {import("../core/stops.js").Stop} Stop */

const ADVICE = "nitrogen_stop"; // warns, and holds nothing

/** @param {{title: string, stops: Stop[], happened: () => void, other: () => void}} props */
export function Stopped({ title, stops, happened, other }) {
  const isAdvice = stops.every((one) => one.rule === ADVICE);
  const isEarly = isAdvice || stops.some((one) => one.rule === "phi");
  const of = isAdvice ? "nitrogen" : "early";
  const foot = html`
    <button class="quiet" onClick=${happened}>${t(isEarly ? `${of}.cut_already` : "stop.happened")}</button>
    ${isEarly ? html`<a class="cta" href="#/">${t("early.wait")}</a>` : html`<button class="cta" onClick=${other}>${t("stop.other_lot")}</button>`}
  `;
  const lots = [...new Set(stops.map((one) => one.batch))];
  return html`<${Screen} title=${title} back="#/" foot=${foot}>
    ${lots.map(
      (batch) => html`<h2>${batch ? html`${two(batch.name)} <small>${batch.lot}</small>` : t(`${of}.title`)}</h2>
        <${Warnings} stops=${stops.filter((one) => one.batch === batch)} isNew=${true} />`,
    )}
    <p class="soft">${t(isEarly ? `${of}.if_cut` : "stop.if_happened")}</p>
    <${Aloud} about=${stops.map((one) => one.id).join(" ")} />
  <//>`;
}

/** @param {{stops: Stop[], isNew?: boolean}} props `isNew`: to be read out as soon as it appears */
export function Warnings({ stops, isNew }) {
  return stops.map((one) => html`<div class=${`note ${one.rule === ADVICE ? "" : "clay"}`} role=${isNew ? "alert" : undefined}><${Icon} name=${one.rule === ADVICE ? "warning" : "ban"} /> <${Reason} stop=${one} /></div>`);
}

/** What is wrong, until when, and what to do. @param {{stop: Stop}} props */
function Reason({ stop: { rule, day: until = "", why, by } }) {
  if (rule === "phi") return html`${t("early.from")}<b>${weekday(until)}</b>${t("early.why")}`;
  if (rule === ADVICE) return html`${t("nitrogen.from")}<b>${weekday(until)}</b>${t("nitrogen.why")}`;
  if (rule === "withdrawal") return html`${t("stop.withdrawal")}<b>${weekday(until)}</b>${t("stop.withdrawal.do", { drug: two(why) || t("stop.a_drug") })}`;
  if (rule === "shelf_life") return html`${t("stop.shelf_life")}<b>${day(until)}</b>${t("stop.shelf_life.do")}`;
  const said = [two(by), two(why)].filter(Boolean).join(": ");
  return html`${t(`stop.${rule}`)}${said && html`<p>${said}</p>`}${t(`stop.${rule}.do`)}`;
}

/** Beside a lot in a list: that something stands against it, and why. @param {{stops: Stop[]}} props */
export function Marks({ stops }) {
  return stops.map(({ rule, day: until = "", why }) => {
    const reason = ["held", "recalled", "sale_stopped"].includes(rule) ? two(why) : "";
    return html`<span class="state bad"><${Icon} name="ban" />${t(`mark.${rule}`, { day: day(until) })}</span>${reason && html`<small>${reason}</small>`}`;
  });
}
