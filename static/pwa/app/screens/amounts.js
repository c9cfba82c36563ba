// How much: a big keypad, crates added one by one, and kilograms for each batch that goes in.
// @ts-check
import { useLayoutEffect, useState } from "../../vendor/hooks.js";
import { isoDay } from "../core/clock.js";
import { standing } from "../core/stops.js";
import { Icon, html, language, number, t, two, unit } from "../view.js";
import { Crates } from "./crates.js";
import { Marks } from "./stopped.js";
import "../words/packing.js";

/** @typedef {import("../types.js").Line} Line */

const MOST_DIGITS = 9;

/** @param {{value: string, uom: string, hasCrates?: boolean, set: (value: string) => void}} props */
export function Amount({ value, uom, hasCrates, set }) {
  // The comma of a number under way is ours alone: "12," is not a number yet.
  const [typed, setTyped] = useState(value);
  const [crates, setCrates] = useState(/** @type {string[]} */ ([]));
  const [isTallying, setTallying] = useState(false);
  const total = (/** @type {string[]} */ all) => String(Math.round(all.reduce((sum, one) => sum + Number(one), 0) * 1000) / 1000);
  const give = (/** @type {string} */ text) => {
    setTyped(text);
    if (!isTallying) set(text.replace(/\.$/, ""));
  };
  const press = (/** @type {string} */ key) => {
    if (key === "back") give(typed.slice(0, -1));
    else if (key === "." ? !typed.includes(".") : typed.replace(".", "").length < MOST_DIGITS) give(key === "." ? `${typed || "0"}.` : typed === "0" ? key : typed + key);
  };
  useLayoutEffect(() => {
    const hear = (/** @type {KeyboardEvent} */ event) => {
      const key = { Backspace: "back", ",": "." }[event.key] ?? event.key;
      const isElsewhere = event.ctrlKey || event.metaKey || event.altKey || (event.target instanceof Element && event.target.matches("input, textarea"));
      if (isElsewhere || !/^(\d|\.|back)$/.test(key)) return;
      event.preventDefault();
      press(key);
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  });
  const add = () => {
    const all = [...crates, typed.replace(/\.$/, "")];
    setCrates(all);
    set(total(all));
  };
  const mark = language === "en" ? "." : ",";
  const shown = typed === "" ? "0" : typed.endsWith(".") ? number(typed.slice(0, -1)) + mark : number(typed) + zeros(typed, mark);
  return html`
    <p class="kg" aria-live="polite"><output>${isTallying && crates.length ? number(total(crates)) : shown}</output> <small>${unit(uom)}</small></p>
    ${isTallying && html`<p class="soft">${t("crates.so_far", { count: crates.length, each: shown, unit: unit(uom) })}</p>`}
    <div class="keys" role="group" aria-label=${t("keys")}>
      ${[..."123456789", ".", "0"].map((key) => html`<button onClick=${() => press(key)}>${key === "." ? mark : key}</button>`)}
      <button aria-label=${t("keys.back")} onClick=${() => press("back")}>⌫</button>
    </div>
    ${hasCrates && !isTallying && html`<button class="again" onClick=${() => (setTallying(true), Number(typed) > 0 && add())}><${Icon} name="plus" />${t("crates.start")}</button>`}
    ${isTallying &&
    html`<div class="pair">
      <button class="quiet" disabled=${!crates.length} onClick=${() => (setCrates(crates.slice(0, -1)), set(total(crates.slice(0, -1))))}><${Icon} name="minus" />${t("crates.undo")}</button>
      <button class="quiet" disabled=${!(Number(typed) > 0)} onClick=${add}><${Icon} name="plus" />${t("crates.one_more", { each: shown, unit: unit(uom) })}</button>
    </div>`}
  `;
}

/** What the formatting of a number under way drops: the zeros of "12.50". @param {string} typed @param {string} mark */
function zeros(typed, mark) {
  const trailing = /\.(\d*?)(0+)$/.exec(typed);
  if (!trailing) return "";
  return trailing[1] ? /** @type {string} */ (trailing[2]) : mark + trailing[2];
}

/** @param {import("./asking.js").Asking} props */
export function Lines(props) {
  const { kind, answers, kept, set } = props;
  const shipment = kept.shipments.find((one) => one.event_id === answers.ship_event_id);
  const offered = shipment
    ? shipment.items.map((item) => ({ ...item, left: item.quantity }))
    : kept.batches;
  const waiting = answers.lines.find((line) => line.quantity === "" || (answers.lines.length === 1 && !answers.crates?.length));
  const [open, setOpen] = useState(waiting?.batch_id);
  const lineOf = (/** @type {string} */ batch_id) => answers.lines.find((line) => line.batch_id === batch_id);
  const put = (/** @type {typeof offered[number]} */ one, /** @type {string} */ quantity) => {
    const others = answers.lines.filter((line) => line.batch_id !== one.batch_id);
    const line = { producer_id: one.producer_id, batch_id: one.batch_id, quantity, uom: one.uom };
    set({ lines: Number(quantity) > 0 ? [...others, line] : others });
  };
  // Named before it is said how much: what may not be used is stopped here.
  const choose = (/** @type {typeof offered[number]} */ { producer_id, batch_id, uom }) => {
    setOpen(batch_id);
    if (!lineOf(batch_id)) set({ lines: [...answers.lines, { producer_id, batch_id, uom, quantity: "" }] });
  };
  const leave = () => {
    setOpen(undefined);
    set({ lines: answers.lines.filter((line) => line.quantity !== "") });
  };
  const title = shipment ? "ask.arrived" : `ask.lines.${kind.stock_effect}`;
  const chosen = offered.find((one) => one.batch_id === open);
  if (chosen) {
    const whole = chosen.left && Number(chosen.left) > 0 ? chosen.left : undefined;
    return html`<h2>${two(chosen.name)} <small>${chosen.lot}</small></h2>
      <${Amount} key=${chosen.batch_id} value=${lineOf(chosen.batch_id)?.quantity ?? ""} uom=${chosen.uom} set=${(/** @type {string} */ text) => put(chosen, text)} />
      ${whole && html`<button class="again" onClick=${() => (put(chosen, whole), setOpen(undefined))}>${t("ask.all_of_it", { amount: number(whole), unit: unit(chosen.uom) })}</button>`}
      <button class="quiet" onClick=${leave}>${t("ask.other_batches")}</button>`;
  }
  return html`<h2>${t(title)}</h2>
    ${!shipment && html`<${Crates} ...${props} />`}
    ${!offered.length && html`<p class="empty">${t("batches.none")}</p>`}
    <div class="list">
      ${offered.map((one) => {
        const line = lineOf(one.batch_id);
        return html`<button class="opt" aria-pressed=${Boolean(line?.quantity)} onClick=${() => choose(one)}>
          <${Icon} name="package" /><span>${two(one.name)}<small>${[one.lot, one.left && t("batches.left", { amount: number(one.left), unit: unit(one.uom) })].filter(Boolean).join(" · ")}</small>${!shipment && html`<${Marks} stops=${standing(one, isoDay(new Date()))} />`}</span>
          ${line?.quantity && html`<b class="amount">${number(line.quantity)} ${unit(line.uom)}</b>`}
        </button>`;
      })}
    </div>`;
}
