// A harvest before its day: stopped here, since the goods are still on the plot. If they are not,
// the person says so; the record is taken as it happened and the server holds the batch.
// @ts-check
import { Aloud } from "./aloud.js";
import { Icon, Screen, html, t, weekday } from "../view.js";

/** @param {{title: string, from: string, happened: () => void}} props */
export function TooEarly({ title, from, happened }) {
  const foot = html`
    <button class="quiet" onClick=${happened}>${t("early.cut_already")}</button>
    <a class="cta" href="#/">${t("early.wait")}</a>
  `;
  return html`<${Screen} title=${title} back="#/" foot=${foot}>
    <h2>${t("early.title")}</h2>
    <div class="note clay" role="alert">
      <${Icon} name="ban" /> ${t("early.from")}<b>${weekday(from)}</b>${t("early.why")}
    </div>
    <p class="soft">${t("early.if_cut")}</p>
    <${Aloud} about="early" />
  <//>`;
}
