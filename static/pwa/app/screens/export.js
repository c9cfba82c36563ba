// The unsent queue as files: to a computer, a card, or a chat with the co-operative.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { exported } from "../core/exporting.js";
import { unsent } from "../core/reading.js";
import { Icon, Screen, html, number, t, useKept } from "../view.js";
import "../words/exporting.js";

/** @typedef {{file: File, address: string}} Ready */

/** In MB of a million bytes, as telephones say it; never nothing. @param {number} bytes */
const megabytes = (bytes) => number(Math.max(0.1, Math.round(bytes / 100_000) / 10));

export default function Export() {
  const waiting = useKept(unsent);
  const [ready, setReady] = useState(/** @type {Ready[] | undefined} */ (undefined));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let isHere = true;
    /** @type {Ready[]} */
    let made = [];
    const show = (/** @type {File[]} */ files) => {
      if (!isHere) return;
      made = files.map((file) => ({ file, address: URL.createObjectURL(file) }));
      setReady(made);
    };
    exported().then(show, () => setProblem("export.failed"));
    return () => {
      isHere = false;
      for (const { address } of made) URL.revokeObjectURL(address);
    };
  }, []);
  const files = ready?.map(({ file }) => file) ?? [];
  const size = megabytes(files.reduce((sum, file) => sum + file.size, 0));
  const canShare = files.length > 0 && navigator.canShare?.({ files });
  const [only] = ready?.length === 1 ? ready : [];
  const foot = (canShare || only) && html`
    ${canShare && html`<button class="quiet" onClick=${() => navigator.share({ files }).catch(() => {})}><${Icon} name="send" />${t("export.share")}</button>`}
    ${only && html`<a class="cta" href=${only.address} download=${only.file.name}><${Icon} name="download" />${t("export.save")} · ${t("export.size", { size })}</a>`}
  `;
  return html`<${Screen} title=${t("export.title")} back="#/outbox" foot=${foot}>
    <h2>${t("export.head", { count: waiting?.all ?? 0 })}</h2>
    <p role="status">${t(problem || said(ready), { count: files.length, size })}</p>
    ${files.length > 1 && html`<${Files} ready=${ready} />`}
    <p class="soft">${t("export.stays")}</p>
  <//>`;
}

/** @param {Ready[] | undefined} ready */
function said(ready) {
  if (!ready) return "export.making";
  return ready.length > 1 ? "export.how_many" : ready.length ? "export.how" : "export.none";
}

/** One to press for each file: a browser lets a page save one at a time. @param {{ready: Ready[]}} props */
function Files({ ready }) {
  const [saved, setSaved] = useState(/** @type {string[]} */ ([]));
  return html`<div class="list">
    ${ready.map(({ file, address }, at) => {
      const isSaved = saved.includes(file.name);
      return html`<a class="opt" href=${address} download=${file.name} onClick=${() => setSaved([...saved, file.name])}>
        <${Icon} name=${isSaved ? "check" : "download"} /><span>${t("export.save_one", { number: at + 1, count: ready.length })}
          <small>${t(isSaved ? "export.saved" : "export.size", { size: megabytes(file.size) })}</small></span>
      </a>`;
    })}
  </div>`;
}
