// One question: big answers to tap, or one field.
// @ts-check
import { copied, productsFor, SUBSTANCE_FIELDS } from "../core/questions.js";
import { allowedFrom } from "../core/repeats.js";
import { missing } from "../core/balance.js";
import { isoMoment } from "../core/clock.js";
import { Icon, day, html, number, t, two, unit, weekday } from "../view.js";
import { Amount, Lines } from "./amounts.js";
import { About, Receivers, Shipments } from "./goods.js";
import "../words/stopping.js";

/**
 * @typedef {object} Asking
 * @property {import("../core/questions.js").Question} question
 * @property {import("../types.js").Kind} kind
 * @property {import("../core/questions.js").Answers} answers
 * @property {import("../types.js").Sections} kept
 * @property {(change: Partial<import("../core/questions.js").Answers>, goesOn?: boolean) => void} set
 */

const SHOWN = { substance: Substance, shipment: Shipments, lines: Lines, about: About, product: Product, quantity: Quantity, field: Field };

/** @param {Asking} props */
export function Asked(props) {
  const Shown = SHOWN[props.question.type];
  return html`<${Shown} ...${props} />`;
}

/** @param {{isOn: boolean, icon?: string, title: string, more?: string, choose: () => void, children?: any}} props */
export function Choice({ isOn, icon = "circle", title, more, choose, children }) {
  return html`<button class="opt" aria-pressed=${isOn} onClick=${choose}>
    <${Icon} name=${isOn ? "check" : icon} /><span>${title}${more && html`<small>${more}</small>`}${children}</span>
  </button>`;
}

/** @param {Asking} props */
function Product({ kind, answers, kept, set }) {
  return html`<h2>${t(kind.stock_effect === "move_in" ? "ask.product_in" : "ask.product")}</h2>
    <div class="list">
      ${productsFor(kind, answers, kept).map(
        (product) =>
          html`<${Choice} isOn=${answers.product_id === product.product_id} icon="package"
            title=${two({ vi: product.name, en: product.name_en })} choose=${() => set({ product_id: product.product_id }, true)} />`,
      )}
    </div>`;
}

/** @param {Asking} props */
function Quantity({ kind, answers, kept, set }) {
  const offered = productsFor(kind, answers, kept);
  const product = kept.products.find((one) => one.product_id === answers.product_id) ?? offered[0];
  return html`<h2>${t("ask.quantity")}</h2>
    <${Amount} value=${answers.quantity ?? ""} uom=${product?.uom ?? ""} hasCrates=${true} set=${(/** @type {string} */ quantity) => set({ quantity })} />`;
}

/** @param {Asking} props */
function Substance({ kind, answers, kept, set }) {
  const names = SUBSTANCE_FIELDS[kind.id] ?? { name: "product", also: {} };
  const known = kept.substances.filter((one) => !one.step_kind || one.step_kind === kind.id);
  const chosen = answers.fields[names.name];
  const isOther = chosen !== undefined && !known.some((one) => one.name === chosen);
  const choose = (/** @type {import("../types.js").Substance} */ one) => {
    const also = Object.entries(names.also).map(([field, from]) => [field, one[from] ?? null]);
    const before = copied(kind, one.fields ?? {}); // dose and pest as the last time with this one
    set({ fields: { ...before, ...answers.fields, [names.name]: one.name, ...Object.fromEntries(also) } });
  };
  return html`<h2>${t(`ask.substance.${kind.id}`)}</h2>
    <div class="list">
      ${known.map(
        (one) =>
          html`<${Choice} isOn=${chosen === one.name} title=${one.name} choose=${() => choose(one)}
            more=${[one.last_used && t("ask.last_used", { day: day(one.last_used) }), one.interval_days != null && t("ask.interval", { days: one.interval_days })].filter(Boolean).join(" · ")} />`,
      )}
      ${known.length > 0 &&
      html`<${Choice} isOn=${isOther} icon="camera" title=${t("ask.other_substance")} more=${t("ask.other_substance.how")}
        choose=${() => choose({ name: isOther ? String(chosen) : " " })} />`}
    </div>
    ${(isOther || !known.length) &&
    html`<input class="field" aria-label=${t(`ask.substance.${kind.id}`)} autocomplete="off" value=${isOther && chosen !== " " ? chosen : ""}
      onInput=${(/** @type {any} */ event) => choose({ name: event.target.value || " " })} />`}
    <${FirstHarvest} kind=${kind} answers=${answers} />`;
}

/** From which day on may be harvested after this spray, as soon as that is known. @param {Pick<Asking, "kind" | "answers">} props */
function FirstHarvest({ kind, answers }) {
  const from = kind.id === "spray" && allowedFrom(isoMoment(new Date()), answers.fields["phi_days"]);
  return from && html`<div class="note" role="status">${t("early.from")}<b>${weekday(from)}</b>${t("ask.before_that")}</div>`;
}

/** @param {Asking} props */
function Field({ kind, question: { spec }, answers, kept, set }) {
  if (!spec) return null;
  const value = answers.fields[spec.id] ?? "";
  const give = (/** @type {import("../types.js").Value} */ given, goesOn = false) => set({ fields: { ...answers.fields, [spec.id]: given } }, goesOn);
  const label = two(spec.label);
  const title = html`<h2 id="question">${label}${!spec.required && html` <small>${t("ask.optional")}</small>`}</h2>`;
  if (spec.type === "choice") {
    return html`${title}
      <div class="list">
        ${(spec.options ?? []).map((one) => html`<${Choice} isOn=${value === one.id} title=${two(one.label)} choose=${() => give(one.id, true)} />`)}
      </div>`;
  }
  if (spec.type === "number") {
    const read = (/** @type {string} */ text) => give(text === "" ? null : Number(text));
    const rest = spec.id === "loss_kg" ? missing(answers, kept) : undefined;
    return html`${title}<${Amount} key=${value === rest} value=${value === "" ? "" : String(value)} uom=${spec.unit ?? ""} set=${read} />
      ${spec.id === "phi_days" && html`<${FirstHarvest} kind=${kind} answers=${answers} />`}
      ${rest !== undefined && value !== rest && html`<button class="again" onClick=${() => give(rest)}>${t("ask.missing", { amount: number(rest), unit: unit(spec.unit) })}</button>`}`;
  }
  if (spec.type === "place" && kept.receivers.length) return html`${title}<${Receivers} value=${String(value)} kept=${kept} give=${give} />`;
  const type = { date: "date", datetime: "datetime-local" }[spec.type] ?? "text";
  const write = (/** @type {any} */ event) => give(type === "datetime-local" && event.target.value ? isoMoment(new Date(event.target.value)) : event.target.value);
  const shown = type === "datetime-local" ? String(value).slice(0, 16) : value;
  const offered = spec.options?.length ? html`<div class="list">${spec.options.map((one) => html`<${Choice} isOn=${value === one.id} title=${two(one.label)} choose=${() => give(one.id, true)} />`)}</div>` : null;
  return html`${title}${offered}<input class="field" type=${type} aria-labelledby="question" autocomplete="off" value=${shown} onInput=${write} />`;
}
