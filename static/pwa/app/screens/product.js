// One product as a shopper sees it: how it stands first, then what is told; a copy says how old it is.
// @ts-check
import { useEffect, useLayoutEffect, useState } from "../../vendor/hooks.js";
import { DAY_MS } from "../core/clock.js";
import { grouped } from "../core/codes.js";
import { forget, keep, keptProducts, look, read, stateOf, STOPPED } from "../core/products.js";
import { asked, end } from "../core/notices.js";
import { phone } from "../core/reading.js";
import { SupplierCode } from "./supplier.js";
import Telling from "./telling.js";
import { Icon, Screen, day, html, moment, t, two, useKept } from "../view.js";

/** @typedef {import("../types.js").Told} Told */

/** @param {{args: string[]}} props the code, and the text where it was scanned or typed bare: it may be a supplier's */
export default function Product({ args: [code = "", text = ""] }) {
  const kept = useKept(async () => (await keptProducts()).find((one) => one.code === code), [code]);
  const [now, setNow] = useState(/** @type {Told | "looking" | "unknown" | "unreachable"} */ ("looking"));
  useEffect(() => {
    look(`/B/${encodeURIComponent(code)}`).then((told) => setNow(told ?? "unknown"), () => setNow("unreachable"));
  }, [code]);
  const told = typeof now === "object" ? now : kept?.told;
  useLayoutEffect(() => {
    if (told) void read(code); // with what is drawn: an effect after it is lost when the screen is left at once
  }, [code, told]);
  if (!told) {
    return html`<${Screen} title=${grouped(code)} back="#/products"><p class="note" role="status">${t(`product.${now}`)}</p>
      ${text && now !== "looking" && html`<${MaybeSuppliers} text=${text} />`}<//>`;
  }
  const state = stateOf(told);
  const tone = STOPPED.includes(state) ? "clay" : state === "active" ? "leaf" : "";
  const foot = kept
    ? html`<button class="quiet" aria-pressed="true" onClick=${() => letGo(code)}><${Icon} name="check" />${t("product.kept")}</button>`
    : html`<button class="cta" onClick=${() => keep(told)}><${Icon} name="download" />${t("product.keep")}</button>`;
  return html`<${Screen} title=${two(told.product?.name) || grouped(code)} back="#/products" foot=${foot}>
    <div class=${`note ${tone}`} role=${tone === "clay" ? "alert" : "status"}>
      <b>${t(`product.${state}`)}</b>${told.state.actor ?? ""} ${told.state.reason ?? ""}
      ${state !== "active" && html`<p>${t(`product.${state}.do`)}</p>`}
    </div>
    ${typeof now === "object"
      ? html`<p class="soft">${t("product.checked", { at: moment(Date.now()) })}</p>`
      : kept && html`<p class="note" role="status">${t("product.copy", { age: age(kept.kept_at), at: moment(kept.checked_at) })}</p>`}
    ${kept && html`<${Telling} code=${code} />`}
    <${Facts} told=${told} />
    <a class="quiet" href=${`/B/${code}`}><${Icon} name="leaf" />${t("product.page")}</a>
  <//>`;
}

/** Ours have ten letters and digits; so may those of others. @param {{text: string}} props */
function MaybeSuppliers({ text }) {
  const who = useKept(phone);
  return who && html`<p>${t("product.maybe_suppliers")} <b class="code">${text}</b></p><${SupplierCode} text=${text} />`;
}

/** Whoever keeps it no more is told no more of it; the copy goes first. @param {string} code */
async function letGo(code) {
  await forget("kept", code);
  if (!(await asked()).codes.includes(code)) return;
  const registration = await navigator.serviceWorker.getRegistration("/app/");
  if (registration) await end(registration, code);
}

/** How long something has been here. @param {number} at */
function age(at) {
  const days = Math.floor((Date.now() - at) / DAY_MS);
  return days > 0 ? t("age.days", { days }) : t("age.today");
}

/** @param {{told: Told}} props */
function Facts({ told }) {
  const { batch, producer, summary } = told;
  const lines = [summary?.key_event, summary?.spray, summary?.hand_offs, summary?.origins, summary?.evidence?.step && { words: summary.evidence.step }];
  const steps = (told.entries ?? []).map((entry) => ({ words: two(entry.sentence ?? entry.words), when: two(entry.when) }));
  return html`<dl class="card">
      ${producer && html`<dt>${t("product.producer")}</dt><dd>${two(producer.name)}</dd>`}
      ${batch?.lot && html`<dt>${t("batch.lot")}</dt><dd>${batch.lot}</dd>`}
      ${batch?.production_date && html`<dt>${t("batch.made")}</dt><dd>${day(batch.production_date)}</dd>`}
      ${batch?.expiry_date && html`<dt>${t("batch.expiry")}</dt><dd>${day(batch.expiry_date)}</dd>`}
    </dl>
    <ul class="plain-list">${lines.map((one) => one?.words && html`<li>${two(one.words)}</li>`)}</ul>
    ${steps.length > 0 && html`<h2>${t("product.way")}</h2>
      <ol class="plain-list">${steps.map(({ words, when }) => html`<li>${words}${when && html`<small>${when}</small>`}</li>`)}</ol>`}`;
}
