// Scanning: the camera where there is one, a photo of the code, or the code typed by hand.
// @ts-check
import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { meaning } from "../core/codes.js";
import { crateHere } from "../core/crates.js";
import { look } from "../core/products.js";
import { phone, sections } from "../core/reading.js";
import { Icon, Screen, html, t, useKept } from "../view.js";
import { SupplierCode } from "./supplier.js";

/** @typedef {{reader?: import("../scan/camera.js").Camera, state: "starting" | "on" | "off" | "refused"}} Seeing */

/** @param {{args: string[]}} props of a kind of step: what is scanned comes to its goods */
export default function Scan({ args: [kind] }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const camera = useRef(/** @type {import("../scan/camera.js").Camera | undefined} */ (undefined));
  const [state, setState] = useState(/** @type {Seeing["state"]} */ ("off"));
  const [said, setSaid] = useState("");
  const [unknown, setUnknown] = useState("");
  const [typed, setTyped] = useState("");
  const [isLit, setLit] = useState(false);
  const who = useKept(phone);
  const found = async (/** @type {string} */ text) => {
    camera.current?.stop();
    setState("off");
    const result = await lead(text, kind);
    setSaid(typeof result === "string" ? result : "");
    setUnknown(result === false ? text : "");
  };
  const start = async () => {
    setSaid("");
    setUnknown("");
    setState("starting");
    const { Camera } = await import("../scan/camera.js");
    if (!video.current) return;
    const mine = (camera.current = new Camera(video.current, found));
    setLit(false);
    const isOn = await mine.start();
    if (isOn !== undefined && camera.current === mine) setState(isOn ? "on" : "refused");
  };
  useEffect(() => {
    start();
    let wasOn = false;
    const turn = () => {
      if (document.visibilityState === "visible") return wasOn && start();
      wasOn = Boolean(camera.current?.isWanted);
      camera.current?.stop(); // iOS gives a dead picture after the pause, so it is asked for anew
      return setState("off");
    };
    document.addEventListener("visibilitychange", turn);
    return () => {
      document.removeEventListener("visibilitychange", turn);
      camera.current?.stop();
    };
  }, []);
  const photo = async (/** @type {any} */ event) => {
    const [file] = event.target.files;
    if (!file) return;
    const { readPicture } = await import("../scan/reader.js");
    const text = await readPicture(file);
    event.target.value = "";
    if (text) found(text);
    else setSaid("scan.no_code");
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (typed.trim()) found(typed);
  };
  return html`<${Screen} title=${t("tab.scan")} tab=${who && !kind ? "scan" : undefined} back=${kind ? `#/log/${kind}` : who === undefined ? "#/join" : undefined}>
    <div class="camera" hidden=${state === "refused" || state === "off"}><video ref=${video} playsinline muted aria-label=${t("scan.picture")}></video></div>
    <div role="status">
      ${state === "refused" && html`<p class="note">${t("scan.refused")}</p>`}
      ${said && html`<p class="note">${t(said)}</p>`}
      ${unknown && html`<${Unknown} text=${unknown} kind=${kind} />`}
    </div>
    ${state === "off" && html`<button class="quiet" onClick=${start}><${Icon} name="camera" />${t("scan.start")}</button>`}
    <div class="pair">
      ${camera.current?.hasTorch() &&
      html`<button class="quiet" aria-pressed=${isLit} onClick=${() => (camera.current?.light(!isLit), setLit(!isLit))}><${Icon} name="torch" />${t("scan.torch")}</button>`}
      <label class="quiet pick"><${Icon} name="image" />${t("scan.photo")}<input type="file" accept="image/*" capture="environment" aria-label=${t("scan.photo")} onChange=${photo} /></label>
    </div>
    <form onSubmit=${submit} class="list">
      <label for="typed">${t("scan.type")}</label>
      <input id="typed" class="field code" autocomplete="off" spellcheck=${false} value=${typed} onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} />
      <button class="quiet">${t("scan.open")}</button>
    </form>
    ${!kind && html`<a class="quiet" href="#/products"><${Icon} name="leaf" />${t("products.title")}</a>`}
  <//>`;
}

/**
 * Go where a code leads, or back to a step that is being logged; false where it is nobody's that we
 * know, a word where there is something to say.
 * @param {string} text
 * @param {string} [step]
 */
async function lead(text, step) {
  const { kind, value, gtin } = meaning(text);
  if (kind === "invite") return go(`#join=${value}`);
  if (kind === "slip") return go(`#slip=${value}`);
  if (kind === "stall") return open(`/S/${value}`);
  if (kind === "hand_off" && !step) return openNote(value, text);
  const { crate, batches } = await crateHere(text);
  const coded = batches.find((one) => kind === "code" && one.code === value);
  if (crate && !coded) return go(step ? `#/log/${step}/${encodeURIComponent(`+crate:${crate.mark}`)}` : `#/crate/${encodeURIComponent(crate.mark)}`);
  const ours = coded ?? batches.find((one) => [value, text.trim()].includes(one.lot));
  if (ours) return go(step ? `#/log/${step}/+${ours.batch_id}` : `#/batch/${ours.batch_id}`);
  if (step) return false;
  const { shipments } = await sections();
  const items = shipments.find((one) => one.items.some((item) => item.lot === value || (kind === "code" && item.code === value)) || text.includes(one.event_id));
  if (items) return go(`#/log/receive/${items.event_id}`);
  if (kind === "code") return go(/[/:]/.test(text) ? `#/product/${value}` : `#/product/${value}/${encodeURIComponent(text.trim())}`);
  const told = kind === "lot" && (await look(`/01/${gtin}/10/${encodeURIComponent(value)}`).catch(() => undefined));
  return told ? go(`#/product/${told.code}`) : false;
}

/** The note of a delivery leads to receiving it, and whoever logs nothing here to its page. @param {string} code @param {string} text */
async function openNote(code, text) {
  const { shipmentOf } = await import("../core/notes.js");
  const found = await shipmentOf(code);
  if (found === "unreachable") return "scan.note_later";
  if (found) return go(`#/log/receive/${found.event_id}`);
  return /[/:]/.test(text) ? open(`/h/${code}`) : false;
}

/** @param {string} hash */
function go(hash) {
  location.hash = hash;
  return true;
}

/** Open a page of the server's: what lies on a stall changes by the hour, so no phone keeps it. @param {string} path */
function open(path) {
  location.assign(path);
  return true;
}

/** A code of somebody else is worth keeping. @param {{text: string, kind?: string}} props */
function Unknown({ text, kind }) {
  const { value } = meaning(text);
  if (kind) return html`<div class="note"><b class="code">${text.trim().slice(0, 60)}</b>${t("crate.unknown")}</div>`;
  return html`<div class="note"><b class="code">${value.slice(0, 60)}</b>${t("scan.unknown")}</div><${SupplierCode} text=${value} />`;
}
