// The same as the last time, on the same plots: each can be left out, then all are saved at once.
// @ts-check
import { useState } from "../../vendor/hooks.js";
import { copied, noAnswers } from "../core/questions.js";
import { phone } from "../core/reading.js";
import { lastTime } from "../core/repeats.js";
import { Icon, Screen, day, html, t, useKept, verb } from "../view.js";
import { groundsOf } from "./grounds.js";
import { saveStep } from "./saving.js";

export default function Again() {
  const found = useKept(async () => ({ ...(await lastTime()), who: await phone() }));
  const [left, setLeft] = useState(/** @type {string[]} */ ([]));
  const [problem, setProblem] = useState("");
  const { kind, who, kept } = found ?? {};
  if (!found || !kind || !who || !kept) return html`<${Screen} title="" back="#/" />`;
  const toggle = (/** @type {string} */ id) => setLeft(left.includes(id) ? left.filter((one) => one !== id) : [...left, id]);
  const chosen = found.grounds.filter((event) => !left.includes(event.id));
  const save = async () => {
    for (const fields of new Set(chosen.map((event) => JSON.stringify(copied(kind, event.fields))))) {
      const same = chosen.filter((event) => JSON.stringify(copied(kind, event.fields)) === fields);
      const grounds = same.map(({ id, site_id, plot_id, season_id }) => ({ site_id, copied_from: id, ...(plot_id ? { plot_id } : {}), ...(season_id ? { season_id } : {}) }));
      const wrong = await saveStep(kind, { ...noAnswers(), grounds, fields: JSON.parse(fields) }, kept, who);
      if (wrong) return setProblem(wrong);
    }
    return undefined;
  };
  const names = groundsOf(kept);
  const foot = html`${problem && html`<p class="note clay" role="alert">${t(problem)}</p>`}
    <button class="cta" disabled=${!chosen.length} onClick=${save}>${t("again.save", { count: chosen.length })}</button>`;
  return html`<${Screen} title=${verb(kind)} back="#/" foot=${foot}>
    <h2>${t("again.title", { verb: verb(kind), day: day(found.day ?? "") })}</h2>
    <div class="list">
      ${found.grounds.map((event) => {
        const isOn = !left.includes(event.id);
        const name = names.find(({ ground }) => ground.plot_id === event.plot_id);
        return html`<button class="opt" aria-pressed=${isOn} onClick=${() => toggle(event.id)}>
          <${Icon} name=${isOn ? "check" : "minus"} /><span>${name?.name ?? ""}<small>${name?.more ?? ""}</small></span>
        </button>`;
      })}
    </div>
  <//>`;
}
