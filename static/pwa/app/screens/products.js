// For shoppers: what is kept on this phone and what was looked up, with whatever was stopped first.
// @ts-check
import { forget, keptProducts, lookedUp, stateOf, STOPPED } from "../core/products.js";
import { phone } from "../core/reading.js";
import { grouped } from "../core/codes.js";
import { Icon, Screen, html, moment, t, two, useKept } from "../view.js";

export default function Products() {
  const found = useKept(async () => ({ kept: await keptProducts(), seen: await lookedUp(), who: await phone() }));
  if (!found) return html`<${Screen} title=${t("products.title")} />`;
  const { kept, seen, who } = found;
  const isStopped = (/** @type {import("../types.js").KeptProduct} */ one) => STOPPED.includes(stateOf(one.told));
  const sorted = [...kept.filter(isStopped), ...kept.filter((one) => !isStopped(one))];
  const history = seen.filter(({ code }) => !kept.some((one) => one.code === code));
  const foot = html`<a class="cta" href="#/scan"><${Icon} name="scan" />${t("products.scan")}</a>`;
  return html`<${Screen} title=${t("products.title")} back=${who ? "#/scan" : "#/join"} foot=${foot}>
    <h2>${t("products.kept")}</h2>
    ${!kept.length && html`<p class="empty">${t("products.none")}</p>`}
    <ul class="list">${sorted.map((one) => html`<li key=${one.code}><${Kept} one=${one} /></li>`)}</ul>
    ${history.length > 0 && html`<h2>${t("products.looked_up")}</h2>`}
    <ul class="list">
      ${history.map(
        ({ code, name, at }) => html`<li key=${code}><a class="opt" href=${`#/product/${code}`}>
          <${Icon} name="history" /><div>${two(name) || grouped(code)}<small>${moment(at)}</small></div><${Icon} name="chevron-right" />
        </a></li>`,
      )}
    </ul>
    ${history.length > 0 && html`<button class="quiet" onClick=${() => history.forEach(({ code }) => forget("looked_up", code))}><${Icon} name="x" />${t("products.forget")}</button>`}
    <p class="soft">${t("products.private")}</p>
  <//>`;
}

/** @param {{one: import("../types.js").KeptProduct}} props */
function Kept({ one: { code, told, checked_at } }) {
  const state = stateOf(told);
  const isStopped = STOPPED.includes(state);
  return html`<a class="opt" href=${`#/product/${code}`}>
    <${Icon} name=${isStopped ? "warning" : "leaf"} />
    <div>${two(told.product?.name) || grouped(code)}<small>${two(told.producer?.name)}</small>
      <span class=${`state ${isStopped ? "bad" : state === "active" ? "ok" : ""}`}>${t(`product.${state}`)} · ${moment(checked_at)}</span>
    </div>
    <${Icon} name="chevron-right" />
  </a>`;
}
