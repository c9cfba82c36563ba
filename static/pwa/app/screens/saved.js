// The tick: it is on this phone's disk. A new batch shows its code in large letters.
// @ts-check
import { database } from "../core/db.js";
import { sections } from "../core/reading.js";
import { Icon, Screen, html, number, t, unit, useKept, verb } from "../view.js";
import { grouped } from "../core/codes.js";
import { justSaved } from "./saving.js";

/** @param {{args: string[]}} props */
export default function Saved({ args: [first = "", count = "1"] }) {
  const read = async () => ({ entry: await (await database()).get("records", Number(first)), kept: await sections() });
  const found = useKept(read, [first], justSaved(Number(first)));
  const entry = found?.entry;
  if (!found || !entry) return html`<${Screen} title="" back="#/" />`;
  const kind = found.kept.step_kinds.find((one) => one.id === entry.event.step_kind);
  const [batch] = entry.batches;
  const product = batch && found.kept.products.find((one) => one.product_id === batch.product_id);
  const [made] = entry.event.outputs;
  const amount = made && batch ? `${number(made.quantity)} ${unit(made.uom)} ${product?.name ?? ""}` : entry.title;
  const isSent = entry.state === "accepted";
  const foot = batch
    ? html`<div class="pair">
        <a class="quiet" href=${`#/labels/${batch.batch_id}`}><${Icon} name="label" />${t("batch.print")}</a>
        <a class="quiet" href=${`#/log/ship/${batch.batch_id}`}><${Icon} name="handshake" />${t("batch.hand_over")}</a>
      </div><a class="cta" href="#/">${t("saved.home")}</a>`
    : html`<div class="pair">
          <a class="quiet" href=${`#/log/${entry.event.step_kind}`}><${Icon} name="plus" />${t("saved.another", { verb: kind ? verb(kind) : "" })}</a>
          ${entry.event.step_kind === "ship" && html`<a class="quiet" href=${`#/handover/${first}`}><${Icon} name="handshake" />${t("slip.show")}</a>`}
        </div>
        <a class="cta" href="#/">${t("saved.home")}</a>`;
  return html`<${Screen} title=${kind ? verb(kind) : t("saved.title")} back="#/" tone="done" foot=${foot}>
    <div class="tick" role="status">
      <${Icon} name="check" />
      <b>${batch ? grouped(batch.code) || batch.lot : t("saved.title")}</b>
      ${batch?.code && html`<span>${t("saved.lot", { lot: batch.lot })}</span>`}
      <span>${Number(count) > 1 ? t("saved.many", { count }) : amount}</span>
      <small>${t(isSent ? "saved.sent" : "saved.here")}</small>
    </div>
  <//>`;
}
