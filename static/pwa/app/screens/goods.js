// Which goods: a delivery that is coming to us, or batches that a step is about.
// @ts-check
import { html, moment, t, two } from "../view.js";
import { Choice } from "./asking.js";

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
export function About({ answers, kept, set }) {
  const isOn = (/** @type {string} */ id) => answers.about.some((one) => one.batch_id === id);
  const toggle = (/** @type {import("../types.js").Batch} */ { producer_id, batch_id }) => {
    const others = answers.about.filter((one) => one.batch_id !== batch_id);
    set({ about: isOn(batch_id) ? others : [...others, { producer_id, batch_id }] });
  };
  return html`<h2>${t("ask.about")}</h2>
    ${!kept.batches.length && html`<p class="empty">${t("batches.none")}</p>`}
    <div class="list">
      ${kept.batches.map((batch) => html`<${Choice} isOn=${isOn(batch.batch_id)} icon="package" title=${two(batch.name)} more=${batch.lot} choose=${() => toggle(batch)} />`)}
    </div>`;
}
