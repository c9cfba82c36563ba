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
  const [count, setCount] = useState(0);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let isHere = true;
    /** @type {Ready[]} */
    const made = [];
    const show = (/** @type {File[]} */ files, /** @type {number} */ all) => {
      if (!isHere) return;
      for (const file of files.slice(made.length)) made.push({ file, address: URL.createObjectURL(file) });
      setReady([...made]);
      setCount(all);
    };
    exported(show).catch(() => setProblem("export.failed"));
    return () => {
      isHere = false;
      for (const { address } of made) URL.revokeObjectURL(address);
    };
  }, []);
  const isMaking = !ready || ready.length < count;
  const files = ready?.map(({ file }) => file) ?? [];
  const size = megabytes(files.reduce((sum, file) => sum + file.size, 0));
  const canShare = !isMaking && files.length > 0 && navigator.canShare?.({ files });
  const [only] = count === 1 ? (ready ?? []) : [];
  const foot = (canShare || only) && html`
    ${canShare && html`<button class="quiet" onClick=${() => navigator.share({ files }).catch(() => {})}><${Icon} name="send" />${t("export.share")}</button>`}
    ${only && html`<a class="cta" href=${only.address} download=${only.file.name}><${Icon} name="download" />${t("export.save")} · ${t("export.size", { size })}</a>`}
  `;
  return html`<${Screen} title=${t("export.title")} back="#/outbox" foot=${foot}>
    <h2>${t("export.head", { count: waiting?.all ?? 0 })}</h2>
    <p role="status">${t(problem || (isMaking ? "export.making" : said(count)), { count, size, number: Math.min(files.length + 1, count || 1) })}</p>
    ${isMaking && !problem && html`<progress max=${count || 1} value=${files.length} aria-label=${t("export.progress")} />`}
    ${count > 1 && html`<${Files} ready=${ready} count=${count} />`}
    <p class="soft">${t("export.stays")}</p>
  <//>`;
}

/** @param {number} count */
const said = (count) => (count > 1 ? "export.how_many" : count ? "export.how" : "export.none");

/** One to press for each file: a browser lets a page save one at a time. @param {{ready: Ready[], count: number}} props */
function Files({ ready, count }) {
  const [saved, setSaved] = useState(/** @type {string[]} */ ([]));
  return html`<div class="list">
    ${ready.map(({ file, address }, at) => {
      const isSaved = saved.includes(file.name);
      return html`<a class="opt" href=${address} download=${file.name} onClick=${() => setSaved([...saved, file.name])}>
        <${Icon} name=${isSaved ? "check" : "download"} /><span>${t("export.save_one", { number: at + 1, count })}
          <small>${t(isSaved ? "export.saved" : "export.size", { size: megabytes(file.size) })}</small></span>
      </a>`;
    })}
  </div>`;
}
