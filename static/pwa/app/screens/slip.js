// A code of the other phone was read: goods that are offered here, or the answer to what we gave.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { keepAnswer, receiptOn, saveReceipt, slipAnsweredBy } from "../core/handing.js";
import { phone, sections } from "../core/reading.js";
import { readCounter, readSlip } from "../core/slips.js";
import { Icon, Screen, html, number, t, two, unit, useKept } from "../view.js";
import { Amount } from "./amounts.js";
import { Choice } from "./asking.js";
import { Answered, Goods } from "./handover.js";
import "../words/handing.js";

/** @typedef {import("../core/slips.js").Slip} Slip */
/** @typedef {import("../types.js").Sections} Sections */

/** @template T @param {() => T} read */
function tried(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** @param {{args: string[]}} props */
export default function Read({ args: [text = ""] }) {
  const slip = tried(() => readSlip(text));
  const found = useKept(async () => ({ kept: await sections(), who: await phone(), before: await receiptOn(text) }), [text]);
  if (!found) return html`<${Screen} title=${t("slip.title")} back="#/" />`;
  if (!slip) return tried(() => readCounter(text)) ? html`<${Counter} text=${text} />` : html`<${Told} word="slip.unreadable" />`;
  if (!found.who) return html`<${Told} word="slip.join" slip=${slip}><a class="cta" href="#/join">${t("join.title")}</a><//>`;
  if (slip.phone_id === found.who.phone_id) return html`<${Told} word="slip.own" slip=${slip} />`;
  if (found.before) return html`<${Told} word="slip.before" slip=${slip}><a class="cta" href=${`#/handover/${found.before.sequence}`}>${t("answer.show")}</a><//>`;
  const places = found.kept.places;
  const place = slip.to_site ? places.find((one) => one.site_id === slip.to_site) : places[0];
  if (!place) return html`<${Told} word="slip.not_here" slip=${slip} />`;
  return html`<${Receive} text=${text} slip=${slip} kept=${found.kept} site_id=${place.site_id} />`;
}

/** @param {{word: string, slip?: Slip, children?: any}} props */
function Told({ word, slip, children }) {
  return html`<${Screen} title=${t("slip.title")} back="#/" foot=${children}>
    ${slip && html`<p>${t("slip.from")}<b> ${slip.giver}</b></p><${Goods} lines=${slip.lines} amounts=${slip.lines.map((one) => one.quantity)} />`}
    <p class="note" role="alert">${t(word)}</p>
    <a class="quiet" href="#/scan"><${Icon} name="scan" />${t("tab.scan")}</a>
  <//>`;
}

/** An answer to a slip of ours is kept as soon as it is read. @param {{text: string}} props */
function Counter({ text }) {
  const mine = useKept(async () => (await slipAnsweredBy(text)) ?? null, [text]);
  useEffect(() => {
    if (mine) keepAnswer(mine, text).then(() => import("../core/triggers.js")).then(({ afterSave }) => afterSave());
  }, [mine?.event_id]);
  if (mine === null) return html`<${Told} word="slip.answer_of_another" />`;
  const slip = mine?.counter && readSlip(mine.slip);
  return html`<${Screen} title=${t("slip.title")} back="#/" foot=${html`<a class="cta" href="#/">${t("saved.home")}</a>`}>
    ${slip && html`<${Answered} mine=${mine} /><p class="soft">${t("slip.handed_over")}</p><${Goods} lines=${slip.lines} amounts=${slip.lines.map((one) => one.quantity)} />`}
    ${mine?.counter && mine.counter !== text && html`<p class="note">${t("slip.answered_before")}</p>`}
  <//>`;
}

/** Lot by lot how much arrived, then how it was. @param {{text: string, slip: Slip, kept: Sections, site_id: string}} props */
function Receive({ text, slip, kept, site_id }) {
  const [amounts, setAmounts] = useState(slip.lines.map(() => ""));
  const [condition, setCondition] = useState("");
  const [at, setAt] = useState(0);
  const [problem, setProblem] = useState("");
  const [isSaving, setSaving] = useState(false);
  const spec = kept.step_kinds.find((one) => one.id === "receive")?.fields.find((one) => one.id === "condition");
  const line = slip.lines[at];
  const isLast = at >= slip.lines.length - (spec ? 0 : 1);
  const isEnough = amounts.some((one) => Number(one) > 0) && (!spec || condition !== "");
  const put = (/** @type {string} */ amount) => setAmounts(amounts.map((one, place) => (place === at ? amount : one)));
  const save = async () => {
    setSaving(true);
    const quantities = amounts.map((one) => (Number(one) > 0 ? one : ""));
    const title = [slip.giver, ...new Set(slip.lines.map((one) => one.name))].join(" · ");
    try {
      const entry = await saveReceipt(text, { quantities, condition, site_id, title });
      location.replace(`#/handover/${entry.sequence}`);
      (await import("../core/triggers.js")).afterSave();
    } catch (error) {
      const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
      setProblem(isFull ? "save.full" : "save.failed");
      setSaving(false);
    }
  };
  const foot = html`${problem && html`<p class="note clay" role="alert">${t(problem)}</p>`}
    ${isLast
      ? html`<button class="cta" disabled=${!isEnough || isSaving} onClick=${save}>${t("log.done")}</button>`
      : html`<button class="cta" onClick=${() => setAt(at + 1)}>${t("log.next")}</button>`}`;
  const back = at > 0 ? () => setAt(at - 1) : "#/";
  return html`<${Screen} title=${t("slip.from_giver", { giver: slip.giver })} back=${back} foot=${foot}>
    ${line
      ? html`<h2>${line.name} <small>${line.lot}</small></h2><p class="soft">${t("ask.arrived")}</p>
          <${Amount} key=${`${at}${amounts[at] === line.quantity}`} value=${amounts[at]} uom=${line.uom} set=${put} />
          ${amounts[at] !== line.quantity && html`<button class="again" onClick=${() => put(line.quantity)}>${t("slip.as_offered", { amount: number(line.quantity), unit: unit(line.uom) })}</button>`}`
      : html`<h2>${two(spec?.label)}</h2><div class="list">
          ${(spec?.options ?? []).map((one) => html`<${Choice} isOn=${condition === one.id} title=${two(one.label)} choose=${() => setCondition(one.id)} />`)}</div>
          <${Goods} lines=${slip.lines} amounts=${amounts} />`}
    <p class="soft">${t("slip.checked_later")}</p>
  <//>`;
}
