// What the thumb reaches while a step is logged: the camera, going on, and saving at any time.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { isAnswered, makes } from "../core/questions.js";
import { Icon, html, t } from "../view.js";

/** @typedef {import("../core/questions.js").Answers} Answers */
/** @typedef {import("../core/questions.js").Question} Question */

const GOODS = ["lines", "about", "product", "quantity", "shipment"];

/**
 * @param {object} props
 * @param {import("../types.js").Kind} props.kind
 * @param {Question[]} props.asked
 * @param {number} props.at
 * @param {Answers} props.answers
 * @param {(change: Partial<Answers>) => void} props.set
 * @param {(at: number) => void} props.setAt
 * @param {(withFiles?: boolean) => void} props.save
 * @param {string} props.problem
 * @param {boolean} props.isSaving
 */
export function Buttons({ kind, asked, at, answers, set, setAt, save, problem, isSaving }) {
  const here = asked[at];
  const isOpen = (/** @type {Question} */ one) => one.required && !isAnswered(one, answers, kind);
  const waits = here ? isOpen(here) : false;
  const nextOpen = asked.findIndex((one, place) => place > at && isOpen(one));
  const more = nextOpen >= 0 ? nextOpen : at + 1 < asked.length ? at + 1 : -1;
  const mustGoOn = waits || nextOpen >= 0;
  const cannotWait = waits && here && GOODS.includes(here.type);
  const isEnough = !needsGoods(kind, answers, asked);
  return html`
    ${problem && html`<p class="note clay" role="alert">${t(problem)}</p>`}
    ${problem === "save.full" && (answers.photos.length > 0 || answers.voice) && html`<button class="quiet" onClick=${() => save(false)}>${t("save.without_files")}</button>`}
    <div class="pair">
      <${Camera} answers=${answers} set=${set} />
      ${mustGoOn
        ? html`<button class="quiet" disabled=${!isEnough || isSaving} onClick=${() => save()}>${t("log.save_now")}</button>`
        : more >= 0
          ? html`<button class="quiet" onClick=${() => setAt(more)}>${t("log.details")}</button>`
          : html`<a class="quiet" href="#/">${t("log.leave")}</a>`}
    </div>
    ${mustGoOn
      ? html`<button class="cta" disabled=${cannotWait || (waits && nextOpen < 0)} onClick=${() => setAt(nextOpen)}>${t("log.next")}</button>`
      : html`<button class="cta" disabled=${!isEnough || isSaving} onClick=${() => save()}>${t(makes(kind) && !answers.ship_event_id ? "log.make" : "log.done")}</button>`}
  `;
}

/** A step that moves goods says which and how much; anything else may be filled in later. @param {import("../types.js").Kind} kind @param {Answers} answers @param {Question[]} asked */
function needsGoods(kind, answers, asked) {
  const goods = asked.filter((one) => GOODS.includes(one.type));
  return answers.grounds.length === 0 || goods.some((one) => one.required && !isAnswered(one, answers, kind));
}

/** @param {{answers: Answers, set: (change: Partial<Answers>) => void}} props */
function Camera({ answers, set }) {
  const [isBusy, setBusy] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const take = async (/** @type {Event} */ event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    setBusy(true);
    setFailed(false);
    const { prepare } = await import("../core/images.js");
    const made = await Promise.allSettled([...(field.files ?? [])].map(prepare));
    const fresh = made.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    setFailed(fresh.length < made.length);
    field.value = "";
    set({ photos: [...answers.photos, ...fresh] });
    setBusy(false);
  };
  const word = hasFailed ? "photo.failed" : isBusy ? "photo.busy" : "photo.take";
  return html`<label class="quiet pick">
    <${Icon} name="camera" />${answers.photos.length ? t("photo.count", { count: answers.photos.length }) : t(word)}
    <input type="file" accept="image/*" capture="environment" multiple aria-label=${t("photo.take")} onChange=${take} />
    ${answers.photos.slice(-1).map((photo) => html`<${Thumbnail} photo=${photo} />`)}
  </label>`;
}

/** @param {{photo: {sha256: string, bytes: ArrayBuffer}}} props */
export function Thumbnail({ photo }) {
  const [address, setAddress] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([photo.bytes], { type: "image/jpeg" }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [photo.sha256]);
  return address && html`<img class="thumbnail" src=${address} alt="" />`;
}
