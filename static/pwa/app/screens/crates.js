// Crates and pallets among the goods of a step, and the way to scan one more.
// @ts-check
import { withoutCrate } from "../core/crates.js";
import { Icon, html, number, t, two, unit } from "../view.js";
import "../words/packing.js";

/** @typedef {import("../types.js").CrateTaken} CrateTaken */
/** @typedef {import("../types.js").Batch} Batch */

/** What lies in a crate, in words: lots with how much of each. @param {CrateTaken} crate @param {Batch[]} batches */
export function inWords({ holds }, batches) {
  return holds.map(({ batch_id, quantity, uom }) => {
    const batch = batches.find((one) => one.batch_id === batch_id);
    return [two(batch?.name), batch?.lot, quantity === null ? t("crate.unweighed") : `${number(quantity)} ${unit(uom)}`].filter(Boolean).join(" ");
  }).join("; ");
}

/** @param {import("./asking.js").Asking} props */
export function Crates({ kind, answers, kept, set }) {
  return html`<div class="list">
    ${(answers.crates ?? []).map((crate) => html`<button class="opt" aria-pressed="true" onClick=${() => set(withoutCrate(answers, crate))}>
      <${Icon} name="crate" /><span>${t("crate.title", { mark: crate.mark.toUpperCase() })}<small>${inWords(crate, kept.batches)}</small></span><b class="amount">${t("crate.leave_out")}</b>
    </button>`)}
    <a class="quiet" href=${`#/scan/${kind.id}`}><${Icon} name="scan" />${t("crate.scan")}</a>
  </div>`;
}
