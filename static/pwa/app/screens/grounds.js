// Choosing plots: one, or all where the same was done.
// @ts-check
import { useState } from "../../vendor/hooks.js";
import { near } from "../core/nearby.js";
import { seasonOf } from "./home.js";
import { Icon, Screen, html, t } from "../view.js";

/** @typedef {import("../core/questions.js").Ground} Ground */
/** @typedef {import("../types.js").Sections} Sections */

/** @typedef {{name: string, more: string, spot: {lat?: number | null, lon?: number | null}, ground: Ground}} Named */

/** Every plot with what grows there, and every site without plots. @param {Sections} kept @returns {Named[]} */
export function groundsOf(kept) {
  return kept.places.flatMap((place) => {
    const { site_id } = place;
    if (!place.plots.length) return [{ name: place.name, more: place.commune ?? "", spot: place, ground: { site_id } }];
    return place.plots.map((plot) => {
      const season = seasonOf(kept, plot.plot_id);
      const ground = { site_id, plot_id: plot.plot_id, ...(season ? { season_id: season.season_id } : {}) };
      return { name: plot.name, more: [season?.name, place.name].filter(Boolean).join(" · "), spot: { ...place, ...plot }, ground };
    });
  });
}

/** Plots with something on them stand first. @param {Named} named */
const planted = ({ ground }) => (ground.season_id ? 2 : ground.plot_id ? 1 : 0);

/** @param {Ground} ground */
const keyOf = (ground) => ground.plot_id ?? ground.site_id;

/** @param {{kept: Sections, chosen: Ground[], isOne?: boolean, done: (grounds: Ground[]) => void}} props */
export function Grounds({ kept, chosen, isOne, done }) {
  const [picked, setPicked] = useState(chosen);
  const [here, setHere] = useState(/** @type {Awaited<ReturnType<typeof near>>} */ (undefined));
  const [isLooking, setLooking] = useState(false);
  const all = groundsOf(kept);
  const listed = here ? all.sort((one, other) => here.away(one) - here.away(other)) : all.sort((one, other) => planted(other) - planted(one));
  const toggle = (/** @type {Ground} */ ground) => {
    if (isOne) return done([ground]);
    const isOn = picked.some((one) => keyOf(one) === keyOf(ground));
    setPicked(isOn ? picked.filter((one) => keyOf(one) !== keyOf(ground)) : [...picked, ground]);
    return undefined;
  };
  const look = async () => {
    setLooking(true);
    setHere(await near());
    setLooking(false);
  };
  const foot = !isOne && html`<button class="cta" disabled=${!picked.length} onClick=${() => done(picked)}>${t("place.chosen", { count: picked.length })}</button>`;
  return html`<${Screen} title=${t("place.title")} back=${() => done(chosen)} foot=${foot}>
    <h2>${t(isOne ? "place.where" : "place.which")}</h2>
    <button class="again" onClick=${look}><${Icon} name="map-pin" />${t(isLooking ? "place.looking" : "place.near")}</button>
    <div class="list">
      ${listed.map(({ name, more, ground }) => {
        const isOn = picked.some((one) => keyOf(one) === keyOf(ground));
        return html`<button class="opt" aria-pressed=${isOn} onClick=${() => toggle(ground)}>
          <${Icon} name=${isOn ? "check" : "map-pin"} /><span>${name}<small>${more}</small></span>
        </button>`;
      })}
    </div>
  <//>`;
}
