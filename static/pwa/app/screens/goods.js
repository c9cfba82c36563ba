// Which goods: a delivery that is coming to us, or batches that a step is about.
// @ts-check
import { useState } from "../../vendor/hooks.js";
import { isoDay } from "../core/clock.js";
import { fold } from "../core/codes.js";
import { standing } from "../core/stops.js";
import { html, moment, t, two } from "../view.js";
import { Choice } from "./asking.js";
import { Crates } from "./crates.js";
import { Marks } from "./stopped.js";
import "../words/holding.js";

/** @param {import("./asking.js").Asking} props */
export function Shipments({ kind, answers, kept, set }) {
  const take = (/** @type {import("../types.js").Shipment} */ one) => {
    const lines = one.items.map(({ producer_id, batch_id, quantity, uom }) => ({ producer_id, batch_id, quantity, uom }));
    set({ ship_event_id: one.event_id, lines }, true);
  };
  return html`<h2>${t("ask.shipment")}</h2>
    ${!kept.shipments.length && html`<p class="empty">${t("ask.no_shipment")}</p>`}
    <div class="list">
      ${kept.shipments.map(
        (one) =>
          html`<${Choice} isOn=${answers.ship_event_id === one.event_id} icon="truck" title=${two(one.from)} choose=${() => take(one)}
            more=${[moment(one.sent_at), one.items.map((item) => two(item.name)).join(", "), one.doc_no].filter(Boolean).join(" · ")} />`,
      )}
      ${kind.stock_effect === "move_in" &&
      html`<${Choice} isOn=${answers.ship_event_id === ""} icon="circle-help" title=${t("ask.unlisted")} more=${t("ask.unlisted.how")}
        choose=${() => set({ ship_event_id: "", lines: [] }, true)} />`}
    </div>`;
}

/** @param {import("./asking.js").Asking} props */
export function About(props) {
  const { answers, kept, set } = props;
  const isOn = (/** @type {string} */ id) => answers.about.some((one) => one.batch_id === id);
  const toggle = (/** @type {import("../types.js").Batch} */ { producer_id, batch_id }) => {
    const others = answers.about.filter((one) => one.batch_id !== batch_id);
    set({ about: isOn(batch_id) ? others : [...others, { producer_id, batch_id }] });
  };
  return html`<h2>${t("ask.about")}</h2>
    <${Crates} ...${props} />
    ${!kept.batches.length && html`<p class="empty">${t("batches.none")}</p>`}
    <div class="list">
      ${kept.batches.map((batch) => html`<${Choice} isOn=${isOn(batch.batch_id)} icon="package" title=${two(batch.name)} more=${batch.lot} choose=${() => toggle(batch)}>
        <${Marks} stops=${standing(batch, isoDay(new Date()))} />
      <//>`)}
    </div>`;
}

const MOST_RECEIVERS = 6; // more are found by typing

/**
 * To whom: the receivers that the server knows, by their names, or anybody else in words.
 * @param {{value: string, kept: import("../types.js").Sections, give: (value: string, goesOn?: boolean) => void}} props
 */
export function Receivers({ value, kept, give }) {
  const chosen = kept.receivers.find((one) => one.value === value);
  const [typed, setTyped] = useState(chosen?.name ?? value);
  const found = kept.receivers.filter((one) => one === chosen || fold(one.name).includes(fold(typed)));
  const write = (/** @type {any} */ event) => {
    setTyped(event.target.value);
    give(event.target.value);
  };
  return html`<input class="field" type="search" aria-labelledby="question" autocomplete="off" placeholder=${t("ask.receiver")} value=${typed} onInput=${write} />
    <div class="list">
      ${found.slice(0, MOST_RECEIVERS).map(
        (one) => html`<${Choice} isOn=${one === chosen} icon="user" title=${one.name} choose=${() => (setTyped(one.name), give(one.value, true))} />`,
      )}
    </div>
    ${kept.me.left_out?.["receivers"] && html`<p class="soft">${t("left.receivers")}</p>`}`;
}
