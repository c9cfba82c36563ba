// Choosing plots: one, or all where the same was done.
// @ts-check
import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { near } from "../core/nearby.js";
import { seasonOf } from "./home.js";
import { Icon, Screen, html, number, t } from "../view.js";

/** @typedef {import("../core/questions.js").Ground} Ground */
/** @typedef {import("../types.js").Sections} Sections */

/** @typedef {{name: string, more: string, spot: {lat?: number | null, lon?: number | null}, ground: Ground}} Named */

/** Every plot with what grows there, and every site without plots. @param {Sections} kept @returns {Named[]} */
export function groundsOf(kept) {
  return kept.places.flatMap(/** @returns {Named[]} */ (place) => {
    const { site_id } = place;
    if (!place.plots.length) return [{ name: place.name, more: place.commune ?? "", spot: place, ground: { site_id } }];
    return place.plots.map((plot) => {
      const season = seasonOf(kept, plot.plot_id);
      const ground = { site_id, plot_id: plot.plot_id, ...(season ? { season_id: season.season_id } : {}) };
      const { lat, lon } = plot.lat == null ? place : plot;
      return { name: plot.name, more: [season?.name, place.name].filter(Boolean).join(" · "), spot: { lat, lon }, ground };
    });
  });
}

/** Plots with something on them stand first. @param {Named} named */
const planted = ({ ground }) => (ground.season_id ? 2 : ground.plot_id ? 1 : 0);

/** @param {Ground} ground */
const keyOf = (ground) => ground.plot_id ?? ground.site_id;

/** @param {number} metres */
const distance = (metres) => (metres < 1000 ? `${number(Math.round(metres / 5) * 5)} m` : `${number(Math.round(metres / 100) / 10)} km`);

/** @param {{kept: Sections, chosen: Ground[], isOne?: boolean, done: (grounds: Ground[]) => void}} props */
export function Grounds({ kept, chosen, isOne, done }) {
  const [picked, setPicked] = useState(chosen);
  const [here, setHere] = useState(/** @type {import("../core/nearby.js").Near | undefined} */ (undefined));
  const [said, setSaid] = useState("");
  const isHere = useRef(true);
  useEffect(() => () => void (isHere.current = false), []);
  const all = groundsOf(kept);
  const listed = here ? all.sort((one, other) => here.away(one) - here.away(other)) : all.sort((one, other) => planted(other) - planted(one));
  const toggle = (/** @type {Ground} */ ground) => {
    if (isOne) return done([ground]);
    const isOn = picked.some((one) => keyOf(one) === keyOf(ground));
    setPicked(isOn ? picked.filter((one) => keyOf(one) !== keyOf(ground)) : [...picked, ground]);
    return undefined;
  };
  const look = async () => {
    setSaid("place.looking");
    const found = await near();
    if (!isHere.current) return undefined; // somebody did not wait for it
    const sure = found?.nearest(all);
    if (sure && isOne) return done([sure.ground]);
    if (sure) setPicked([...(picked.length > 1 ? picked : []).filter((one) => keyOf(one) !== keyOf(sure.ground)), sure.ground]);
    setHere(found);
    return setSaid(found ? (sure ? "" : "place.not_sure") : "place.nowhere");
  };
  const foot = !isOne && html`<button class="cta" disabled=${!picked.length} onClick=${() => done(picked)}>${t("place.chosen", { count: picked.length })}</button>`;
  return html`<${Screen} title=${t("place.title")} back=${() => done(chosen)} foot=${foot}>
    <h2>${t(isOne ? "place.where" : "place.which")}</h2>
    <button class="again" onClick=${look}><${Icon} name="map-pin" />${t(said === "place.looking" ? said : "place.near")}</button>
    <div role="status">${said.startsWith("place.no") && html`<p class="note">${t(said)}</p>`}</div>
    <div class="list">
      ${listed.map(({ name, more, spot, ground }) => {
        const metres = here?.away({ spot }) ?? Infinity;
        const isOn = picked.some((one) => keyOf(one) === keyOf(ground));
        return html`<button class="opt" aria-pressed=${isOn} onClick=${() => toggle(ground)}>
          <${Icon} name=${isOn ? "check" : "map-pin"} /><span>${name}<small>${more}${metres < Infinity && ` · ${distance(metres)}`}</small></span>
        </button>`;
      })}
    </div>
  <//>`;
}
