// A code of somebody else goes into a receipt as the supplier's lot, for whoever logs receipts.
// @ts-check
import { keepDraft } from "../core/draft.js";
import { noAnswers } from "../core/questions.js";
import { phone, sections } from "../core/reading.js";
import { Icon, html, t, useKept } from "../view.js";

const LONGEST = 60;

/** @param {{text: string}} props */
export function SupplierCode({ text }) {
  const found = useKept(async () => ({ who: await phone(), kept: await sections() }));
  const { who, kept } = found ?? {};
  if (!who || !kept?.step_kinds.some((one) => one.id === "receive")) return null;
  const log = async () => {
    const [here] = kept.places;
    const answers = { ...noAnswers(), grounds: here ? [{ site_id: here.site_id }] : [], fields: { supplier_lot: text.slice(0, LONGEST) }, ship_event_id: "" };
    await keepDraft({ kind: "receive", answers }, who);
    location.hash = "#/log/receive";
  };
  return html`<button class="quiet" onClick=${log}><${Icon} name="truck" />${t("scan.log_supplier")}</button>`;
}
