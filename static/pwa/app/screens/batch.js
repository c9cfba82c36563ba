// One batch: its code in large letters, what is left of it, and what can be done with it.
// @ts-check
import { isoDay } from "../core/clock.js";
import { grouped } from "../core/codes.js";
import { inHand } from "../core/stock.js";
import { standing } from "../core/stops.js";
import { sections } from "../core/reading.js";
import { Icon, Screen, day, html, number, t, two, unit, useKept, verb } from "../view.js";
import { Coming } from "./coming.js";
import { Warnings } from "./stopped.js";

export const ACTS = ["ship", "sell", "waste", "pack", "stock_count"]; // the kinds a batch in hand is mostly for

/** @param {{args: string[]}} props */
export default function Batch({ args: [id = "", part] }) {
  const found = useKept(async () => ({ kept: await sections(), batches: await inHand() }), [id]);
  const batch = found?.batches.find((one) => one.batch_id === id);
  if (!found) return html`<${Screen} title="" back="#/batches" />`;
  if (!batch) return html`<${Screen} title=${t("tab.batches")} back="#/batches"><p class="empty">${t("batch.gone")}</p><//>`;
  const acts = found.kept.step_kinds.filter((kind) => ACTS.includes(kind.id));
  const isLeft = Number(batch.left) > 0;
  const labels = batch.code && !batch.isUnsent && `/desk/batches/${batch.code}/labels`;
  return html`<${Screen} title=${two(batch.name)} back="#/batches">
    <div class="card">
      <p class="batch-code">${grouped(batch.code) || batch.lot}</p>
      <dl>
        <dt>${t("batch.lot")}</dt><dd>${batch.lot}</dd>
        ${batch.left && html`<dt>${t("batch.left")}</dt><dd><b>${number(batch.left)} ${unit(batch.uom)}</b>${!isLeft && ` · ${t("batch.sold_out")}`}</dd>`}
        ${batch.production_date && html`<dt>${t("batch.made")}</dt><dd>${day(batch.production_date)}</dd>`}
        ${batch.expiry_date && html`<dt>${t("batch.expiry")}</dt><dd>${day(batch.expiry_date)}</dd>`}
      </dl>
    </div>
    <${Coming} shipments=${found.kept.shipments.filter(({ items }) => items.some((one) => one.batch_id === id))} />
    <${Warnings} stops=${standing(batch, isoDay(new Date()))} />
    ${labels
      ? html`<a class="quiet" href=${labels} target="_blank" rel="noopener"><${Icon} name="label" />${t("batch.print")}</a>`
      : html`<p class=${part === "labels" ? "note" : "soft"}>${t(batch.code ? "batch.print.later" : "batch.print.none")}</p>`}
    <div class="tiles">
      ${acts.map((kind) => html`<a class=${kind.id === "ship" ? "tile go" : "tile"} href=${`#/log/${kind.id}/${id}`}><${Icon} name=${kind.icon} />${verb(kind)}</a>`)}
    </div>
    ${batch.code && !batch.isUnsent && html`<a class="quiet" href=${`/B/${batch.code}`} target="_blank" rel="noopener"><${Icon} name="leaf" />${t("batch.public")}</a>`}
  <//>`;
}
