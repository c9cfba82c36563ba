// What every screen draws with: the template tag, words in the reader's language, the frame.
// @ts-check
import { h } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import htm from "../vendor/htm.js";
import { whenChanged } from "./core/db.js";

export const html = /** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */ (htm.bind(h));

/** @type {Record<string, string>} */
let words = {};
/** @type {Record<string, {vi: string, en: string}>} */
const learned = {};
/** @type {"vi" | "en"} */
export let language = "vi";
const KEY = "language";

/** The language the reader chose, else that of the phone, else Vietnamese. */
export function preferred() {
  const chosen = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2);
  return chosen === "en" ? "en" : "vi";
}

/** @param {"vi" | "en"} code */
export async function speak(code) {
  words = (code === "en" ? await import("./words/en.js") : await import("./words/vi.js")).default;
  language = code;
  document.documentElement.lang = code;
}

/** Take in words that only later screens say. @param {typeof learned} more */
export const learn = (more) => void Object.assign(learned, more);

/** @param {"vi" | "en"} code */
export async function choose(code) {
  await speak(code);
  localStorage.setItem(KEY, code);
  dispatchEvent(new Event("language"));
}

/**
 * @param {string} id
 * @param {Record<string, string | number>} [values]
 */
export function t(id, values = {}) {
  return (words[id] ?? learned[id]?.[language] ?? id).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** A text of the snapshot that comes in both languages. @param {import("./types.js").Two | string | null | undefined} text */
export function two(text) {
  if (!text || typeof text === "string") return text ?? "";
  return (language === "en" && text.en) || text.vi;
}

/** The short word for doing a step: what stands on its tile. @param {import("./types.js").Kind} kind */
export function verb(kind) {
  return kind.verb?.[language] || two(kind.label);
}

/** @param {number | string} amount */
export function number(amount) {
  return new Intl.NumberFormat(language === "en" ? "en-GB" : "vi-VN", { maximumFractionDigits: 3 }).format(Number(amount));
}

/** dd/mm/yyyy, the same in both languages. @param {string} iso */
export function day(iso) {
  return iso.slice(0, 10).split("-").reverse().join("/");
}

/** @param {string} iso */
export function weekday(iso) {
  const [year = 0, month = 1, date = 1] = iso.slice(0, 10).split("-").map(Number);
  const name = new Intl.DateTimeFormat(language, { weekday: "long" }).format(new Date(year, month - 1, date));
  return `${name} ${day(iso)}`;
}

/** 08:15 28/11, by this phone's clock. @param {number | string} at */
export function moment(at) {
  const time = new Date(at);
  const [hour, minute, date, month] = [time.getHours(), time.getMinutes(), time.getDate(), time.getMonth() + 1].map((part) => String(part).padStart(2, "0"));
  return `${hour}:${minute} ${date}/${month}`;
}

/** A unit as it is said; our ids are the Vietnamese words. @param {string | null | undefined} id */
export function unit(id) {
  return words[`unit.${id}`] ?? id ?? "";
}

/** @param {{name: string}} props */
export function Icon({ name }) {
  return html`<svg class="icon" aria-hidden="true"><use href=${`#i-${name}`} /></svg>`;
}

/**
 * Read something that is kept here, and again whenever anything kept changes.
 * @template T
 * @param {() => Promise<T>} read
 * @param {unknown[]} [inputs]
 * @param {T} [first] what is known before anything is read
 * @returns {T | undefined}
 */
export function useKept(read, inputs = [], first) {
  const [value, setValue] = useState(first);
  useEffect(() => {
    let isHere = true;
    const again = () => read().then((found) => isHere && setValue(() => found));
    again();
    const stop = whenChanged(again);
    return () => {
      isHere = false;
      stop();
    };
  }, inputs);
  return value;
}

const TABS = /** @type {const} */ ([
  ["log", "#/", "pencil", "tab.log"],
  ["batches", "#/batches", "package", "tab.batches"],
  ["scan", "#/scan", "scan", "tab.scan"],
]);

/**
 * The frame of a screen: a bar, what it shows, and what the thumb reaches.
 * @param {{title: string, back?: string | (() => void), tab?: string, children?: any, foot?: any, tone?: string}} props
 */
export function Screen({ title, back, tab, children, foot, tone = "" }) {
  useEffect(() => void (title && (document.title = `${title} · Traceapp`)), [title]); // it may come late, with what is read
  const other = language === "en" ? "vi" : "en";
  const name = other === "en" ? "English" : "Tiếng Việt";
  return html`
    <header class="bar">
      ${typeof back === "string" && html`<a class="back" href=${back}><${Icon} name="arrow-left" />${t("back")}</a>`}
      ${typeof back === "function" && html`<button class="back" onClick=${back}><${Icon} name="arrow-left" />${t("back")}</button>`}
      <h1 tabindex="-1">${title}</h1>
      <button class="language" lang=${other} aria-label=${name} onClick=${() => choose(other)}>${back ? other.toUpperCase() : name}</button>
    </header>
    <main class=${tone}>${children}</main>
    ${foot && html`<footer class="foot">${foot}</footer>`}
    ${tab &&
    html`<nav class="tabs" aria-label=${t("tabs")}>
      ${TABS.map(
        ([id, href, icon, word]) =>
          html`<a href=${href} aria-current=${id === tab ? "page" : undefined}><${Icon} name=${icon} />${t(word)}</a>`,
      )}
    </nav>`}
  `;
}
