// The sheet of labels that were issued: its first page to see, its file to print.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { sheetOf } from "../core/labels.js";
import { Icon, Screen, html, number, t } from "../view.js";
import "../words/printing.js";

/** @typedef {{file: File, pdf: string, png: string}} Ready */

/** @param {{made: import("../core/labels.js").Issue, name: unknown, lot: string, back: () => void}} props */
export function Sheet({ made, name, lot, back }) {
  const [ready, setReady] = useState(/** @type {Ready | undefined} */ (undefined));
  const [isCut, setCut] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isHere = true;
    /** @type {string[]} */
    let addresses = [];
    setCut(false);
    sheetOf(made).then(
      ({ pdf, png }) => {
        if (!isHere) return;
        const file = new File([pdf], `${lot || "tem"}-${made.labels}.pdf`, { type: "application/pdf" });
        addresses = [URL.createObjectURL(file), URL.createObjectURL(png)];
        const [first = "", second = ""] = addresses;
        setReady({ file, pdf: first, png: second });
      },
      () => isHere && setCut(true),
    );
    return () => {
      isHere = false;
      addresses.forEach((one) => URL.revokeObjectURL(one));
    };
  }, [made, tries]);
  const canShare = ready && navigator.canShare?.({ files: [ready.file] });
  const foot = isCut
    ? html`<button class="cta" onClick=${() => setTries(tries + 1)}><${Icon} name="refresh" />${t("join.retry")}</button>`
    : ready && html`
      ${canShare && html`<button class="cta" onClick=${() => navigator.share({ files: [ready.file] }).catch(() => {})}><${Icon} name="send" />${t("print.share")}</button>`}
      <a class=${canShare ? "quiet" : "cta"} href=${ready.pdf} download=${ready.file.name}><${Icon} name="download" />${t("print.save")}</a>`;
  return html`<${Screen} title=${t("batch.print")} back=${back} foot=${foot}>
    ${name}
    <p role="status">${isCut ? t("print.network") : ready ? `${t("print.issued", { count: number(made.labels) })} ${t("print.how")}` : t("print.asking")}</p>
    ${ready && html`<img class="sheet" src=${ready.png} alt=${t("print.sheet")} />`}
  <//>`;
}
