// What others sent here and nobody has received yet: each leads to receiving it.
// @ts-check
import { Icon, html, moment, t, two } from "../view.js";

/** @param {{shipments: import("../types.js").Sections["shipments"]}} props */
export function Coming({ shipments }) {
  return shipments.map(
    (one) => html`<a class="pill" href=${`#/log/receive/${one.event_id}`}>
      <${Icon} name="truck" /><span>${t("batches.coming", { from: two(one.from) })}<small>${moment(one.sent_at)}</small></span><${Icon} name="chevron-right" />
    </a>`,
  );
}
