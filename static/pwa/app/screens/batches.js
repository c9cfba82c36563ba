// The goods in hand, what comes to us, and what this phone has made and not sent yet.
// @ts-check
import { useState } from "../../vendor/hooks.js";
import { isoDay } from "../core/clock.js";
import { fold, grouped } from "../core/codes.js";
import { standing } from "../core/stops.js";
import { inHand } from "../core/stock.js";
import { sections } from "../core/reading.js";
import { Icon, Screen, day, html, number, t, two, unit, useKept } from "../view.js";
import { Coming } from "./coming.js";
import { Marks } from "./stopped.js";
import "../words/holding.js";
import "../words/printing.js";

const ENOUGH_TO_SEARCH = 8;

/** @param {{args: string[]}} props where each batch leads, its own screen or its labels */
export default function Batches({ args: [lead] }) {
  const found = useKept(async () => ({ kept: await sections(), batches: await inHand() }));
  const [wanted, setWanted] = useState("");
  if (!found) return html`<${Screen} title=${t("tab.batches")} tab="batches" />`;
  const { kept, batches } = found;
  const today = isoDay(new Date());
  const shown = batches.filter((one) => fold(`${two(one.name)} ${one.lot} ${one.code ?? ""}`).includes(fold(wanted)));
  return html`<${Screen} title=${t("tab.batches")} tab="batches">
    ${lead === "labels" ? html`<h2>${t("print.which")}</h2>` : html`<${Coming} shipments=${kept.shipments} />`}
    ${batches.length >= ENOUGH_TO_SEARCH &&
    html`<input class="field" type="search" aria-label=${t("batches.search")} placeholder=${t("batches.search")} value=${wanted}
      onInput=${(/** @type {any} */ event) => setWanted(event.target.value)} />`}
    ${!shown.length && html`<p class="empty">${t("batches.none")}</p>`}
    <ul class="list">
      ${shown.map(
        (one) => html`<li key=${one.batch_id}><a class="opt" href=${`#/${lead === "labels" ? "labels" : "batch"}/${one.batch_id}`}>
          <${Icon} name=${standing(one, today).length ? "ban" : "package"} />
          <div>${two(one.name)}<small>${[one.lot, grouped(one.code), one.expiry_date && t("batches.until", { day: day(one.expiry_date) })].filter(Boolean).join(" · ")}</small>
            <${Marks} stops=${standing(one, today)} />
            ${one.isUnsent && html`<span class="state">${t("state.saved")}</span>`}
          </div>
          ${one.left && html`<b class="amount">${number(one.left)} ${unit(one.uom)}</b>`}
        </a></li>`,
      )}
    </ul>
    ${kept.me.left_out?.["batches"] && html`<p class="soft">${t("left.batches", { count: kept.me.left_out["batches"] })}</p>`}
  <//>`;
}
