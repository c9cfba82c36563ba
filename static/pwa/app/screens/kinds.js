// Every kind of work this producer uses.
// @ts-check
import { sections } from "../core/reading.js";
import { Screen, html, t, useKept } from "../view.js";
import { Tile } from "./home.js";

export default function Kinds() {
  const kept = useKept(sections);
  return html`<${Screen} title=${t("home.more")} back="#/">
    <h2>${t("kinds.what")}</h2>
    <div class="tiles">${kept?.step_kinds.map((kind) => html`<${Tile} kind=${kind} />`)}</div>
  <//>`;
}
