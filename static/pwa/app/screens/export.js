// The unsent queue as a file: to a computer, a card, or a chat with the co-operative.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { isoDay } from "../core/clock.js";
import { exported } from "../core/exporting.js";
import { unsent } from "../core/reading.js";
import { Icon, Screen, html, t, useKept } from "../view.js";

export default function Export() {
  const waiting = useKept(unsent);
  const [file, setFile] = useState(/** @type {File | undefined} */ (undefined));
  const [address, setAddress] = useState("");
  useEffect(() => {
    let made = "";
    exported().then((blob) => {
      if (!blob) return;
      const named = new File([blob], `traceapp-${isoDay(new Date())}.json`, { type: "application/json" });
      made = URL.createObjectURL(named);
      setFile(named);
      setAddress(made);
    });
    return () => URL.revokeObjectURL(made);
  }, []);
  const canShare = file && navigator.canShare?.({ files: [file] });
  const foot = file && html`
    ${canShare && html`<button class="quiet" onClick=${() => navigator.share({ files: [file] }).catch(() => {})}><${Icon} name="send" />${t("export.share")}</button>`}
    <a class="cta" href=${address} download=${file.name}><${Icon} name="download" />${t("export.save")}</a>
  `;
  return html`<${Screen} title=${t("export.title")} back="#/outbox" foot=${foot}>
    <h2>${t("export.head", { count: waiting?.all ?? 0 })}</h2>
    <p>${t("export.how")}</p>
    <p class="soft">${t("export.stays")}</p>
  <//>`;
}
