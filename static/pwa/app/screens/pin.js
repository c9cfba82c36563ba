// Typing a PIN: large keys, or those of a keyboard; what was typed is shown as dots.
// @ts-check
import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { LONGEST, SHORTEST } from "../core/pins.js";
import { html, t } from "../view.js";
import "../words/who.js";

/** @param {{title: string, told: string, isOff?: boolean, give: (pin: string) => Promise<unknown>}} props */
export function Pin({ title, told, isOff = false, give }) {
  const [pin, show] = useState("");
  const [isChecking, setChecking] = useState(false);
  const typed = useRef(""); // keys may come faster than they are drawn
  const isBusy = useRef(false);
  const setPin = (/** @type {string} */ text) => show((typed.current = text));
  const isEnough = pin.length >= SHORTEST && !isChecking && !isOff;
  const press = (/** @type {string} */ key) => {
    if (isBusy.current || isOff) return;
    setPin(key === "back" ? typed.current.slice(0, -1) : (typed.current + key).slice(0, LONGEST));
  };
  const done = async () => {
    const given = typed.current;
    if (given.length < SHORTEST || isBusy.current || isOff) return;
    isBusy.current = true;
    setChecking(true);
    await give(given);
    isBusy.current = false;
    setPin("");
    setChecking(false);
  };
  useLayoutEffect(() => {
    const hear = (/** @type {KeyboardEvent} */ event) => {
      const isOnButton = event.target instanceof HTMLElement && event.target.closest("button, a");
      if (/^\d$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") press("back");
      else if (event.key === "Enter" && !isOnButton) done();
      else return;
      if (event.key === "Backspace") event.preventDefault();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  });
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => heading.current?.focus(), []); // another question: it is read out, and the keys go to it
  return html`<h2 tabindex="-1" ref=${heading}>${title}</h2>
    ${told && html`<p class="note clay" role="alert">${told}</p>`}
    <p class="kg" role="status"><span aria-hidden="true">${"●".repeat(pin.length) || "○○○○"}</span><span class="unseen">${t("who.digits", { count: pin.length })}</span></p>
    <div class="keys" role="group" aria-label=${t("who.keys")}>
      ${[..."123456789"].map((key) => html`<button disabled=${isOff} onClick=${() => press(key)}>${key}</button>`)}
      <button disabled=${isOff} aria-label=${t("keys.back")} onClick=${() => press("back")}>⌫</button>
      <button disabled=${isOff} onClick=${() => press("0")}>0</button>
      <button class="go" disabled=${!isEnough} onClick=${done}>${t(isChecking ? "who.busy" : "who.go")}</button>
    </div>`;
}
