// The place that the next steps are about.
// @ts-check
import { meta, setMeta } from "../core/db.js";
import { sections } from "../core/reading.js";
import { Screen, html, useKept } from "../view.js";
import { Grounds } from "./grounds.js";

/** @typedef {import("../core/questions.js").Ground} Ground */

export default function Place() {
  const found = useKept(async () => ({ kept: await sections(), ground: /** @type {Ground | undefined} */ (await meta("ground")) }));
  if (!found) return html`<${Screen} title="" back="#/" />`;
  const done = async (/** @type {Ground[]} */ [ground]) => {
    if (ground) await setMeta("ground", ground);
    location.replace("#/");
  };
  return html`<${Grounds} kept=${found.kept} chosen=${found.ground ? [found.ground] : []} isOne=${true} done=${done} />`;
}
