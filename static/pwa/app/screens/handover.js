// What one phone shows the other: the slip of a shipment, or the answer to a slip.
// @ts-check
import { database } from "../core/db.js";
import { dropAnswer, slipOf } from "../core/handing.js";
import { isRefused } from "../core/reading.js";
import { WAITS } from "../core/slip_sending.js";
import { readCounter, readSlip } from "../core/slips.js";
import { Icon, Screen, html, number, t, unit, useKept } from "../view.js";
import { Symbol, addressOf } from "./symbol.js";
import "../words/handing.js";

/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").KeptSlip} KeptSlip */

/** @param {{args: string[]}} props */
export default function HandOver({ args: [sequence = ""] }) {
  const found = useKept(async () => {
    const entry = await (await database()).get("records", Number(sequence));
    return { entry, mine: entry?.event.step_kind === "ship" ? await slipOf(entry) : undefined };
  }, [sequence]);
  if (!found) return html`<${Screen} title=${t("slip.title")} back="#/" />`;
  if (found.entry?.slip) return html`<${Answer} entry=${found.entry} pair=${found.entry.slip} />`;
  if (found.mine) return html`<${Offer} mine=${found.mine} />`;
  return html`<${Screen} title=${t("slip.title")} back="#/"><p class="note">${t("slip.too_large")}</p><//>`;
}

/** What the giver shows, and what became of it. @param {{mine: KeptSlip}} props */
function Offer({ mine }) {
  const slip = readSlip(mine.slip);
  const home = html`<a class=${mine.counter ? "cta" : "quiet"} href="#/">${t("saved.home")}</a>`;
  const drop = html`<button class="quiet" onClick=${() => dropAnswer(mine)}><${Icon} name="x" />${t("slip.drop")}</button>`;
  const scan = html`<a class="cta" href="#/scan"><${Icon} name="scan" />${t("slip.scan_answer")}</a>`;
  const foot = html`${mine.counter ? isRefused(mine) && drop : scan}${home}`;
  return html`<${Screen} title=${t("slip.title")} back="#/" foot=${foot}>
    ${mine.counter ? html`<${Answered} mine=${mine} />` : html`<p>${t("slip.let_scan")}</p>`}
    ${!mine.counter && html`<${Symbol} text=${addressOf(mine.slip)} label=${t("slip.code")} />`}
    <p class="soft">${t("slip.handed_over")}</p>
    <${Goods} lines=${slip.lines} amounts=${slip.lines.map((line) => line.quantity)} />
  <//>`;
}

/** @param {{mine: KeptSlip}} props */
export function Answered({ mine }) {
  const slip = readSlip(mine.slip);
  const counter = readCounter(mine.counter ?? "");
  const isConfirmed = mine.status === 200 || mine.status === 201;
  const amounts = slip.lines.flatMap((line, at) => (counter.quantities[at] ? [`${number(counter.quantities[at])} ${unit(line.uom)}`] : []));
  const said = (mine.problem?.errors ?? []).map(({ message, fix }) => [message, fix].filter(Boolean).join(" "));
  const word = isConfirmed ? "slip.confirmed" : isRefused(mine) ? "slip.refused" : mine.status === WAITS ? "slip.waits" : "slip.later";
  return html`<div class=${`note ${isRefused(mine) ? "clay" : "leaf"}`} role="status">
    ${counter.receiver}<b>${t("slip.received", { amount: amounts.join(" + ") })}</b>${t(word)}
    ${isRefused(mine) && (said.length ? said : [mine.problem?.detail]).map((line) => html`<p>${line}</p>`)}
  </div>`;
}

/** What the receiver shows once the record is saved. @param {{entry: Entry, pair: {slip: string, counter: string}}} props */
function Answer({ entry, pair }) {
  const slip = readSlip(pair.slip);
  const amounts = readCounter(pair.counter).quantities;
  const word = entry.state === "accepted" ? (entry.status === WAITS ? "answer.waits" : "saved.sent") : entry.state === "needs_you" ? "state.needs_you" : "saved.here";
  const foot = html`<a class="cta" href="#/">${t("saved.home")}</a>`;
  return html`<${Screen} title=${t("answer.title")} back="#/" foot=${foot}>
    <p class=${`state ${entry.state === "needs_you" ? "bad" : "ok"}`} role="status"><${Icon} name="check" />${t(word)}</p>
    <p>${t("answer.let_scan", { giver: slip.giver })}</p>
    <${Symbol} text=${addressOf(pair.counter)} label=${t("answer.code")} />
    <${Goods} lines=${slip.lines} amounts=${amounts} />
  <//>`;
}

/** @param {{lines: import("../core/slips.js").Offered[], amounts: string[]}} props */
export function Goods({ lines, amounts }) {
  return html`<dl class="card">
    ${lines.map((line, at) => html`<dt>${line.name}<small>${line.lot}</small></dt><dd><b>${amounts[at] ? `${number(amounts[at])} ${unit(line.uom)}` : t("slip.nothing")}</b></dd>`)}
  </dl>`;
}
