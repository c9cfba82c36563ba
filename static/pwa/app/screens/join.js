// Joining with an invitation. Where it would be lost, it is not spent, and the way out is told.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { Icon, Screen, html, t } from "../view.js";

const IN_APP = /Zalo|FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|TikTok|musical_ly|; wv\)/i;

/** Where this page runs, since an invitation must not be spent in a place that forgets. */
function surroundings() {
  const agent = navigator.userAgent;
  const isApple = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
  const isInstalled =
    matchMedia("(display-mode: standalone)").matches || /** @type {any} */ (navigator).standalone === true;
  if (IN_APP.test(agent)) return "in_app";
  return isApple && !isInstalled ? "apple_tab" : "browser";
}

/**
 * The code of an invitation out of whatever was typed, scanned or opened.
 * @param {string} text
 */
function inviteOf(text) {
  const behind = /#join=([^&\s]+)/.exec(text)?.[1];
  if (behind) return decodeURIComponent(behind);
  const code = text.replace(/[\s-]/g, "");
  return /^[0-9A-Za-z]{8}$/.test(code) ? code.toUpperCase() : undefined;
}

/** @typedef {"" | "joining" | "unknown" | "taken" | "slow_down" | "failed" | "no_network" | "shape"} Now */

/** What joining takes comes once this is drawn: over a slow line it would be waited for. */
const theEnrolling = () => import("../core/enrol.js");

export default function Join() {
  const secret = location.hash.startsWith("#join=") ? inviteOf(location.hash) : undefined;
  const where = surroundings();
  const [typed, setTyped] = useState("");
  const [now, setNow] = useState(/** @type {Now} */ (""));
  const spend = async (/** @type {string | undefined} */ code) => {
    if (!code) return setNow("shape");
    setNow("joining");
    const result = await theEnrolling().then(
      ({ join }) => join(code).catch(() => /** @type {const} */ ("failed")),
      () => /** @type {const} */ ("no_network"),
    );
    if (result !== "joined") return setNow(result);
    return location.replace("#/");
  };
  useEffect(() => void theEnrolling().catch(() => {}), []);
  useEffect(() => {
    if (secret && where === "browser") spend(secret);
  }, [secret]);
  if (where !== "browser") return html`<${Elsewhere} where=${where} isInvited=${Boolean(secret)} />`;
  const isBusy = now === "joining";
  const foot = html`
    <a class="quiet" href="#/scan"><${Icon} name="scan" />${t("join.scan")}</a>
    <button class="cta" type="submit" form="join" disabled=${isBusy}>${t(isBusy ? "join.busy" : "join.go")}</button>
  `;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    spend(inviteOf(typed));
  };
  return html`<${Screen} title="Traceapp" foot=${foot}>
    <h2>${t("join.title")}</h2>
    <p>${t("join.how")}</p>
    <form id="join" onSubmit=${submit}>
      <label for="code">${t("join.code")}</label>
      <input id="code" class="field code" autocomplete="off" autocapitalize="characters" spellcheck=${false} maxlength="80" value=${typed}
        aria-invalid=${["shape", "unknown", "taken"].includes(now)} aria-describedby="join-said" onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} />
    </form>
    <div id="join-said" role="status">
      ${now && !isBusy && html`<p class="note clay">${t(`join.${now}`)}</p>`}
      ${now === "no_network" && secret && html`<button class="quiet" onClick=${() => spend(secret)}><${Icon} name="refresh" />${t("join.retry")}</button>`}
    </div>
    <${Shopper} />
  <//>`;
}

function Shopper() {
  return html`<p class="soft">${t("join.shopper")} <a class="link" href="#/products">${t("join.shopper.link")}</a></p>`;
}

/** No invitation is taken here, opened or typed. @param {{where: "in_app" | "apple_tab", isInvited: boolean}} props */
function Elsewhere({ where, isInvited }) {
  return html`<${Screen} title="Traceapp">
    ${where === "in_app" ? html`<${RealBrowser} />` : html`<${HomeScreen} />`}
    ${isInvited ? html`<p class="soft">${t("join.not_spent")}</p>` : html`<${Shopper} />`}
  <//>`;
}

function HomeScreen() {
  return html`<h2>${t("join.home_screen")}</h2>
    <div class="note leaf">${t("join.home_screen.why")}
      <ol><li>${t("join.home_screen.1")}</li><li>${t("join.home_screen.2")}</li><li>${t("join.home_screen.3")}</li></ol>
    </div>`;
}

function RealBrowser() {
  return html`<h2>${t("join.in_app")}</h2>
    <div class="note leaf">${t("join.in_app.why")}
      <ol><li>${t("join.in_app.1")}</li><li>${t("join.in_app.2")}</li></ol>
    </div>`;
}
