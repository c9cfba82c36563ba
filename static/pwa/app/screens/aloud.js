// Reading the question on the screen aloud, for whoever reads slowly or has the sun on the glass.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { canSpeak, hush, isWanted, say, voiceOf, want } from "../core/voice.js";
import { html, language, t } from "../view.js";

// What is asked, what may be answered, and what is said beside it; not the buttons of the frame.
const READ = "main h2, main .opt, main .note, main .empty";

/** @param {{about: string | undefined}} props the question that is on the screen */
export function Aloud({ about }) {
  const [isOn, setOn] = useState(isWanted);
  const [isDumb, setDumb] = useState(false);
  const speech = language;
  useEffect(() => setDumb(false), [about]);
  useEffect(() => {
    if (!canSpeak || !isOn) return undefined;
    let isHere = true;
    voiceOf(speech).then((voice) => {
      if (!isHere) return;
      if (voice) return say(sentences(), voice);
      turn(false);
      return setDumb(true);
    });
    const leave = () => document.hidden && hush();
    document.addEventListener("visibilitychange", leave);
    return () => {
      isHere = false;
      document.removeEventListener("visibilitychange", leave);
      hush();
    };
  }, [isOn, about, speech]);
  const turn = (/** @type {boolean} */ is) => {
    want(is);
    setOn(is);
    setDumb(false);
  };
  if (!canSpeak) return null;
  return html`${isDumb && html`<p class="note" role="status">${t("aloud.no_voice")}</p>`}
    <button class="quiet" aria-pressed=${isOn} onClick=${() => turn(!isOn)}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M11 5 6 9H3v6h3l5 4zM15.5 8.5a5 5 0 0 1 0 7M18.5 5.5a9 9 0 0 1 0 13" /></svg>${t(isOn ? "aloud.stop" : "aloud.read")}
    </button>`;
}

/** What stands on the screen, part by part; a small text beside an answer is its second part. */
function sentences() {
  const parts = [...document.querySelectorAll(READ)].filter((one) => !one.closest("[role=status]"));
  return parts.map((one) => [...texts(one)].join(", ")).filter(Boolean);
}

/** @param {Element} part @returns {Generator<string>} */
function* texts(part) {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent?.trim();
    if (text) yield text;
  }
}
