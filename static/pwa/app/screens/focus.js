// Where the keyboard is: what was pressed may be gone with the next question, and nobody shall have
// to begin at the top of the page again.
// @ts-check
import { useEffect, useRef } from "../../vendor/hooks.js";

/** @type {Element | undefined} */
let last;
/** @type {Element | null} */
let title = null; // of the screen that it was on

/** @param {string} selector */
function goTo(selector) {
  const heading = /** @type {HTMLElement | null} */ (document.querySelector(selector));
  if (!heading) return false;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  return true;
}

const toQuestion = () => goTo("main h2") || goTo("h1");

/** Begin each question at its top: it is read out, and the keys go to it. @param {number} at */
export function useQuestion(at) {
  const was = useRef(at);
  useEffect(() => {
    scrollTo(0, 0);
    if (was.current !== at) toQuestion();
    was.current = at;
  }, [at]);
}

/** From now on, go to the question, or to the title of another screen, where what had the focus was taken away. */
export function keepFocus() {
  addEventListener("focusin", ({ target }) => {
    if (target instanceof Element) last = target;
    title = document.querySelector("h1");
  });
  const look = () => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = undefined;
    if (title?.isConnected) toQuestion();
    else goTo("h1");
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}
