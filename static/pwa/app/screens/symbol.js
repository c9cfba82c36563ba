// A code on the screen for the camera of the other phone: dark on white, whatever the screen's colours.
// @ts-check
import { symbol } from "../qr/symbol.js";
import { html } from "../view.js";

const QUIET = 4; // modules of white around

/** @param {{text: string, label: string}} props */
export function Symbol({ text, label }) {
  const { modules } = symbol(text);
  const size = modules.length + 2 * QUIET;
  const drawn = modules.map((row, y) => row.map((isDark, x) => (isDark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")).join("")).join("");
  return html`<svg class="qr" role="img" aria-label=${label} viewBox=${`0 0 ${size} ${size}`} shape-rendering="crispEdges">
    <path fill="#fff" d=${`M0 0h${size}v${size}H0z`} /><path fill="#000" d=${drawn} /></svg>`;
}

/** The address in a code: an ordinary camera opens it in the app. @param {string} slip */
export const addressOf = (slip) => `${location.origin}/app/#slip=${slip}`;
