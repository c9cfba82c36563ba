// This phone: whose it is, whether it is ready without a network, and the way to another person.
// @ts-check
import { meta } from "../core/db.js";
import { phone, sections, unsent } from "../core/reading.js";
import Telling from "./telling.js";
import { Icon, Screen, html, moment, number, t, useKept } from "../view.js";
import "../words/holding.js";

async function read() {
  const [who, waiting, have, version, skew, kept] = await Promise.all([phone(), unsent(), meta("snapshot"), meta("version"), meta("skew_seconds"), sections()]);
  const isReady = Boolean(navigator.serviceWorker?.controller ?? (await navigator.serviceWorker?.getRegistration("/app/"))?.active);
  const isKept = await navigator.storage?.persisted?.();
  return { who, waiting, have: /** @type {{at: number} | undefined} */ (have), version, isReady, isKept, skew: Number(skew ?? 0), isShared: kept.users.length > 1, left: Object.entries(kept.me.left_out ?? {}) };
}

export default function Settings() {
  const found = useKept(read);
  if (!found?.who) return html`<${Screen} title=${t("settings.title")} back="#/" />`;
  const { who, waiting, have, version, isReady, isKept, skew, isShared, left } = found;
  const isWrong = Math.abs(skew) > 300;
  return html`<${Screen} title=${t("settings.title")} back="#/">
    <p class=${`pill ${isReady ? "ok" : ""}`}><${Icon} name=${isReady ? "circle-check" : "clock"} /><span>${t(isReady ? "settings.ready" : "settings.not_ready")}</span></p>
    ${isWrong && html`<p class="note">${t("settings.clock", { minutes: Math.round(Math.abs(skew) / 60) })}</p>`}
    <dl class="card">
      <dt>${t("settings.person")}</dt><dd>${who.member.name}</dd>
      <dt>${t("settings.producer")}</dt><dd>${who.producer.name}</dd>
      <dt>${t("settings.mark")}</dt><dd>${who.mark}</dd>
      <dt>${t("settings.unsent")}</dt><dd>${waiting.all}</dd>
      <dt>${t("settings.news")}</dt><dd>${have ? moment(have.at) : t("settings.never")}</dd>
      ${left.length > 0 && html`<dt>${t("left.title")}</dt><dd>${left.map(([of, count]) => t(`left.of.${of}`, { count: number(count) })).join(", ")}</dd>`}
      <dt>${t("settings.kept")}</dt><dd>${t(isKept ? "settings.kept.yes" : "settings.kept.no")}</dd>
      <dt>${t("settings.version")}</dt><dd>${version}</dd>
    </dl>
    <${Telling} />
    ${isShared && html`<a class="quiet" href="#/who"><${Icon} name="user" />${t("home.other")}</a>`}
    <a class="quiet" href="#/join"><${Icon} name="user" />${t("settings.join")}</a>
    <p class="soft">${t("settings.join.why")}</p>
    <a class="quiet" href="#/outbox"><${Icon} name="upload" />${t("outbox.title")}</a>
  <//>`;
}
