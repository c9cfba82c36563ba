// One batch: its code in large letters, what is left of it, and what can be done with it.
// @ts-check
import { isoDay } from "../core/clock.js";
import { grouped } from "../core/codes.js";
import { inHand } from "../core/stock.js";
import { standing } from "../core/stops.js";
import { phone, sections } from "../core/reading.js";
import { Icon, Screen, day, html, number, t, two, unit, useKept, verb } from "../view.js";
import { Coming } from "./coming.js";
import { whyNot } from "./labels.js";
import { Warnings } from "./stopped.js";

export const ACTS = ["ship", "sell", "waste", "pack", "stock_count"]; // the kinds a batch in hand is mostly for

/** @param {{args: string[]}} props */
export default function Batch({ args: [id = ""] }) {
  const found = useKept(async () => ({ kept: await sections(), batches: await inHand(), who: await phone() }), [id]);
  const batch = found?.batches.find((one) => one.batch_id === id);
  if (!found) return html`<${Screen} title="" back="#/batches" />`;
  if (!batch) return html`<${Screen} title=${t("tab.batches")} back="#/batches"><p class="empty">${t("batch.gone")}</p><//>`;
  const acts = found.kept.step_kinds.filter((kind) => ACTS.includes(kind.id));
  const isLeft = Number(batch.left) > 0;
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
    <${Print} batch=${batch} kept=${found.kept} who=${found.who} />
    <div class="tiles">
      ${acts.map((kind) => html`<a class=${kind.id === "ship" ? "tile go" : "tile"} href=${`#/log/${kind.id}/${id}`}><${Icon} name=${kind.icon} />${verb(kind)}</a>`)}
    </div>
    ${batch.code && !batch.isUnsent && html`<a class="quiet" href=${`/B/${batch.code}`} target="_blank" rel="noopener"><${Icon} name="leaf" />${t("batch.public")}</a>`}
  <//>`;
}

/** @param {{batch: import("../core/stock.js").AtHand, kept: import("../types.js").Sections, who?: import("../types.js").Phone}} props */
function Print({ batch, kept, who }) {
  const against = whyNot(batch, kept.me, who);
  if (against) return html`<p class="soft">${against}</p>`;
  return html`<a class="quiet" href=${`#/labels/${batch.batch_id}`}><${Icon} name="label" />${t("batch.print")}</a>`;
}
