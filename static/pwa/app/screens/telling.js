// Whether this phone is told by push: explained first, asked for on a tap, and ended the same way.
// @ts-check
import { useState } from "../../vendor/hooks.js";
import { asked, begin, canBeTold, end } from "../core/notices.js";
import { html, language, two, useKept } from "../view.js";
import words from "../words/telling.js";

/** @param {{code?: string}} props a product that is kept; without one it is about the goods of staff */
export default function Telling({ code }) {
  const now = useKept(asked, []);
  const [outcome, setOutcome] = useState(/** @type {"" | "asking" | "denied" | "no_network" | "failed"} */ (""));
  const say = code ? words.kept : words.staff;
  if (!canBeTold()) return html`<p class="note" data-telling="cannot">${two(isApple() ? words.apple : words.cannot)}</p>`;
  if (!now) return null;
  const isTold = code ? now.codes.includes(code) : now.isStaff;
  const act = async () => {
    setOutcome("asking");
    // The person is asked first: later it would not count as their tap.
    if (!isTold && (await Notification.requestPermission()) !== "granted") return setOutcome("denied");
    const registration = await navigator.serviceWorker?.getRegistration("/app/");
    const done = !registration ? "failed" : isTold ? await end(registration, code) : await begin(registration, language, code);
    setOutcome(done === "told" ? "" : done);
  };
  return html`<section class="card" data-telling=${isTold ? "told" : "offered"}>
    <p>${two(isTold ? say.told : say.offer)}</p>
    ${!isTold && html`<p class="soft">${two(say.why)}</p>`}
    ${outcome && outcome !== "asking" && html`<p class="note" role="alert">${two(words[outcome])}</p>`}
    <button class="quiet" style=${{ marginTop: "12px" }} aria-pressed=${String(isTold)} aria-busy=${String(outcome === "asking")} disabled=${outcome === "asking"} onClick=${act}>
      <${Bell} />${two(isTold ? words.stop : say.ask)}
    </button>
  </section>`;
}

const isApple = () => /iPhone|iPad/.test(navigator.userAgent);

function Bell() {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9a6 6 0 0 1 12 0c0 6 2.5 8 2.5 8h-17S6 15 6 9M10 20.5a2.2 2.2 0 0 0 4 0" /></svg>`;
}
