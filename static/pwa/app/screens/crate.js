// One crate or pallet: what lies in it as this phone knows, and what can be done with all of it.
// @ts-check
import { isoDay } from "../core/clock.js";
import { crateHere } from "../core/crates.js";
import { sections } from "../core/reading.js";
import { standing } from "../core/stops.js";
import { Icon, Screen, html, number, t, two, unit, useKept, verb } from "../view.js";
import { ACTS } from "./batch.js";
import { Marks } from "./stopped.js";
import "../words/packing.js";

/** @param {{args: string[]}} props */
export default function Crate({ args }) {
  const text = args.join("/");
  const found = useKept(async () => ({ ...(await crateHere(text)), kept: await sections() }), [text]);
  if (!found) return html`<${Screen} title="" back="#/scan" />`;
  const { crate, batches, kept } = found;
  const title = t("crate.title", { mark: text.toUpperCase() });
  if (!crate) return html`<${Screen} title=${title} back="#/scan"><p class="empty">${t("crate.none")}</p><//>`;
  const today = isoDay(new Date());
  const acts = kept.step_kinds.filter((kind) => [...ACTS, "disaggregate"].includes(kind.id));
  const lots = crate.holds.flatMap((one) => {
    const batch = batches.find((other) => other.batch_id === one.batch_id);
    return batch ? [{ ...one, batch }] : [];
  });
  const inner = crate.marks.slice(1).map((mark) => mark.toUpperCase()).join(", ");
  return html`<${Screen} title=${title} back="#/scan">
    <h2>${t("crate.holds")}</h2>
    ${inner && html`<p class="soft">${t("crate.inner", { marks: inner })}</p>`}
    <ul class="list">
      ${lots.map(({ batch, quantity, uom }) => html`<li key=${batch.batch_id}><a class="opt" href=${`#/batch/${batch.batch_id}`}>
        <${Icon} name="package" /><span>${two(batch.name)}<small>${batch.lot}</small><${Marks} stops=${standing(batch, today)} /></span>
        <b class="amount">${quantity === null ? t("crate.unweighed") : `${number(quantity)} ${unit(uom)}`}</b>
      </a></li>`)}
    </ul>
    <div class="tiles">
      ${acts.map((kind) => html`<a class=${kind.id === "ship" ? "tile go" : "tile"} href=${`#/log/${kind.id}/${encodeURIComponent(`crate:${text}`)}`}><${Icon} name=${kind.icon} />${verb(kind)}</a>`)}
    </div>
  <//>`;
}
