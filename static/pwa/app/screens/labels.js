// Labels of a batch: as many as there are goods, on paper as last time; then their sheet, to print.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { Refused } from "../core/api.js";
import { grouped } from "../core/codes.js";
import { uuid7 } from "../core/ids.js";
import { issue, labelsOf } from "../core/labels.js";
import { phone, sections } from "../core/reading.js";
import { inHand } from "../core/stock.js";
import { Icon, Screen, html, moment, number, t, two, unit, useKept } from "../view.js";
import { Sheet } from "./sheet.js";
import "../words/printing.js";

/** @typedef {import("../core/labels.js").Labels} Found */
/** @typedef {import("../core/labels.js").Issue} Issue */
/** @typedef {import("../core/labels.js").Proposal & {id: string}} Order */

/** @param {{args: string[]}} props */
export default function Labels({ args: [id = ""] }) {
  const known = useKept(async () => ({ batch: (await inHand()).find((one) => one.batch_id === id), who: await phone(), me: (await sections()).me }), [id]);
  const [made, setMade] = useState(/** @type {Issue | undefined} */ (undefined));
  if (!known) return html`<${Screen} title="" back=${`#/batch/${id}`} />`;
  const against = known.batch && whyNot(known.batch, known.me, known.who);
  const name = known.batch ? html`<p><b>${two(known.batch.name)}</b><small>${known.batch.lot}</small></p>` : "";
  if (against) return html`<${Screen} title=${t("batch.print")} back=${`#/batch/${id}`}>${name}<p class="note">${against}</p><//>`;
  if (made) return html`<${Sheet} made=${made} name=${name} lot=${known.batch?.lot ?? ""} back=${() => setMade(undefined)} />`;
  return html`<${Ask} id=${id} name=${name} open=${setMade} />`;
}

/**
 * Why this phone prints no labels of a batch, in words; nothing where it does. It prints in the name
 * of its own person, and of nobody else.
 * @param {import("../core/stock.js").AtHand} batch
 * @param {import("../types.js").Sections["me"]} me
 * @param {import("../types.js").Phone | undefined} who
 */
export function whyNot({ code, isUnsent }, me, who) {
  if (!code || isUnsent) return t(code ? "print.later" : "print.none");
  if (me.may_print === false) return t("print.ask", { code: grouped(code) });
  return who?.own ? t("print.own", { name: who.own.name, code: grouped(code) }) : "";
}

/** @param {{id: string, name: unknown, open: (made: Issue) => void}} props */
function Ask({ id, name, open }) {
  const [found, setFound] = useState(/** @type {Found | undefined} */ (undefined));
  const [order, setOrder] = useState(/** @type {Order | undefined} */ (undefined));
  const [fault, setFault] = useState(/** @type {unknown} */ (undefined));
  const [isBusy, setBusy] = useState(false);
  const look = () => {
    setFault(undefined);
    labelsOf(id).then((all) => (setFound(all), setOrder({ ...all.proposal, id: uuid7() })), setFault);
  };
  useEffect(look, [id]);
  const press = async () => {
    if (!order) return;
    setBusy(true);
    setFault(undefined);
    await issue(id, order).then(open, (error) => {
      setFault(error);
      if (error instanceof Refused) setOrder({ ...order, id: uuid7() }); // what was refused stays so under its id
    });
    setBusy(false);
  };
  const count = order?.labels ?? 0;
  const isEnough = found?.proposal.labels === null;
  const foot = !order
    ? fault && html`<button class="cta" onClick=${look}><${Icon} name="refresh" />${t("join.retry")}</button>`
    : !isEnough && html`<button class="cta" disabled=${isBusy || count < 1} onClick=${press}><${Icon} name="label" />${t("print.issue", { count: number(count) })}</button>`;
  return html`<${Screen} title=${t("batch.print")} back=${`#/batch/${id}`} foot=${foot}>
    ${name}
    <div role="status">${fault ? html`<${Fault} error=${fault} isOrdered=${Boolean(found)} />` : !found && html`<p class="soft">${t("print.asking")}</p>`}</div>
    ${isEnough && html`<p class="note leaf">${t(found?.issues.length ? "print.enough" : "print.came_with")}</p>`}
    ${found && order && !isEnough && html`<${Form} found=${found} order=${order} change=${(/** @type {Partial<Order>} */ part) => setOrder({ ...order, ...part, id: uuid7() })} />`}
    ${found && found.issues.length > 0 && html`<h3>${t("print.before")}</h3><div class="list">
      ${found.issues.map((one) => html`<button class="opt" onClick=${() => open(one)}><${Icon} name="label" />
        <span>${t("print.one", { count: number(one.labels), pack: `${number(one.pack.quantity)} ${unit(one.pack.uom)}` })}<small>${moment(one.issued_at)}</small></span><${Icon} name="chevron-right" /></button>`)}
    </div>`}
  <//>`;
}

/** @param {{error: unknown, isOrdered: boolean}} props */
function Fault({ error, isOrdered }) {
  if (!(error instanceof Refused)) return html`<p class="note">${t(isOrdered ? "print.unknown" : "print.network")}</p>`;
  /** @type {import("../types.js").Problem} */
  const { title, detail, errors = [] } = error.answer.body;
  const said = errors.map(({ message, fix }) => [message, fix].filter(Boolean).join(" ")).filter(Boolean);
  return html`<div class="note clay"><b>${t("print.refused")}</b>${said.length ? said.map((line) => html`<p>${line}</p>`) : html`<p>${detail ?? title}</p>`}</div>`;
}

/** @param {{found: Found, order: Order, change: (part: Partial<Order>) => void}} props */
function Form({ found: { papers }, order, change }) {
  const paper = papers.find((one) => one.stock === order.stock);
  const whole = (/** @type {any} */ event) => Math.max(0, Math.trunc(Number(event.target.value)) || 0);
  return html`
    <label>${t("print.labels")}<input class="field" inputmode="numeric" value=${order.labels ?? ""} onInput=${(/** @type {any} */ event) => change({ labels: whole(event) })} /></label>
    <label>${t("print.pack", { unit: unit(order.pack.uom) })}<input class="field" inputmode="decimal" value=${order.pack.quantity}
      onInput=${(/** @type {any} */ event) => change({ pack: { ...order.pack, quantity: event.target.value.replace(",", ".").trim() } })} /></label>
    <label>${t("print.paper")}<select class="field" value=${order.stock} onChange=${(/** @type {any} */ event) => change({ stock: event.target.value, start_position: 1, printer_id: null })}>
      ${papers.map((one) => html`<option value=${one.stock} selected=${one.stock === order.stock}>${one.name}</option>`)}</select></label>
    ${(paper?.positions ?? 1) > 1 && html`<label>${t("print.start")}<input class="field" inputmode="numeric" value=${order.start_position} onInput=${(/** @type {any} */ event) => change({ start_position: whole(event) || 1 })} /></label>`}
  `;
}
