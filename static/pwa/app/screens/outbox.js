// What is still on this phone, and what became of it: a state in words for every record.
// @ts-check
import { useState } from "../../vendor/hooks.js";
import { meta } from "../core/db.js";
import { answers, entries, isOfPhone, isRefused, phone, sections, UNSENT } from "../core/reading.js";
import { WAITS } from "../core/slip_sending.js";
import { tryNow } from "../core/triggers.js";
import { Icon, Screen, html, moment, t, useKept, verb } from "../view.js";

/** @typedef {import("../types.js").Entry} Entry */

const MOST_SHOWN = 60; // a long list opens as fast as a short one

/** @type {Record<import("../types.js").State, [string, string, string]>} */
const STATES = {
  saved: ["clock", "", "state.saved"],
  sending: ["upload", "", "state.sending"],
  accepted: ["circle-check", "ok", "state.accepted"],
  needs_you: ["warning", "bad", "state.needs_you"],
  conflict: ["warning", "bad", "state.conflict"],
};
/** Named something that is not there yet. @type {[string, string, string]} */
const WAITING = ["clock", "", "state.early"];

/** How a record stands: its icon, tone and word. @param {Entry} entry */
export const stateOf = ({ state, again_at }) => (state === "needs_you" && again_at ? WAITING : STATES[state]);

async function read() {
  const [all, kept, sync, who, told] = await Promise.all([entries(), sections(), meta("sync"), phone(), answers()]);
  return { all, kept, who, told, sync: /** @type {{at: number, problem: string | null, detail?: string} | undefined} */ (sync) };
}

export default function Outbox() {
  const found = useKept(read);
  const [most, setMost] = useState(MOST_SHOWN);
  const [isTrying, setTrying] = useState(false);
  if (!found) return html`<${Screen} title=${t("outbox.title")} back="#/" />`;
  const { all, kept, sync, who, told } = found;
  const waiting = all.filter((entry) => UNSENT.includes(entry.state));
  const isAnswered = (/** @type {Entry} */ entry) => told.some((one) => one.event_id === entry.event.id);
  const sent = all.filter((entry) => entry.state === "accepted");
  const sorted = [...waiting, ...sent.filter(isAnswered), ...sent.filter((entry) => !isAnswered(entry))];
  const count = waiting.length + sent.filter(isAnswered).length;
  const nameOf = (/** @type {Entry} */ { member_id }) => kept.users.find((one) => one.member_id === member_id)?.name ?? "";
  const attempt = async () => {
    setTrying(true);
    await tryNow();
    setTrying(false);
  };
  const foot = count > 0 && html`
    <a class="quiet" href="#/export"><${Icon} name="download" />${t("outbox.export")}</a>
    <button class="cta" disabled=${isTrying} onClick=${attempt}><${Icon} name="send" />${t(isTrying ? "outbox.trying" : "outbox.send")}</button>
  `;
  return html`<${Screen} title=${t("outbox.title")} back="#/" foot=${foot}>
    <${Why} problem=${sync?.problem} detail=${sync?.detail} at=${sync?.at} count=${count} />
    <ul class="list">
      ${sorted.slice(0, most).map((entry) => html`<li key=${entry.sequence}><${Row} entry=${entry} kept=${kept} isOurs=${Boolean(who && isOfPhone(entry, who))} by=${nameOf(entry)} answer=${told.find((one) => one.event_id === entry.event.id)} /></li>`)}
    </ul>
    ${!all.length && html`<p class="empty">${t("outbox.empty")}</p>`}
    ${sorted.length > most && html`<button class="quiet" onClick=${() => setMost(most + 200)}>${t("outbox.more", { count: sorted.length - most })}</button>`}
  <//>`;
}

/** @param {{problem?: string | null, detail?: string, at?: number, count: number}} props */
function Why({ problem, detail, at, count }) {
  if (problem === "revoked") {
    return html`<div class="note clay" role="alert"><b>${t("revoked.title")}</b>${detail ?? t("revoked.why")} <a class="link" href="#/join">${t("revoked.join")}</a></div>`;
  }
  if (!count) return html`<p class="note leaf">${t("outbox.all_sent")}${at ? ` · ${moment(at)}` : ""}</p>`;
  return html`<p class="note">${t(problem === "server" ? "outbox.server" : problem === "network" ? "outbox.network" : "outbox.waiting", { count })}</p>`;
}

/** @param {{entry: Entry, kept: import("../types.js").Sections, isOurs: boolean, by: string, answer?: import("../types.js").KeptSlip}} props */
function Row({ entry, kept, isOurs, by, answer }) {
  const [icon, tone, plain] = stateOf(entry);
  const word = entry.state === "accepted" && entry.status === WAITS ? "state.waits" : plain;
  const kind = kept.step_kinds.find((one) => one.id === entry.event.step_kind);
  return html`<a class="opt" href=${`#/record/${entry.sequence}`}>
    <${Icon} name=${kind?.icon ?? "pencil"} />
    <div>
      ${kind ? verb(kind) : entry.event.step_kind}${entry.title && ` · ${entry.title}`}
      <small>${by && `${by} · `}${moment(entry.event.event_time)}${entry.event.photos.length ? ` · ${t("photo.count", { count: entry.event.photos.length })}` : ""}${entry.voice ? ` · ${t("voice.with")}` : ""}</small>
      <span class=${`state ${tone}`}><${Icon} name=${icon} />${t(!isOurs && entry.state === "saved" ? "state.of_another" : word)}</span>
      ${answer && html`<span class=${`state ${isRefused(answer) ? "bad" : ""}`}><${Icon} name="handshake" />${t(isRefused(answer) ? "slip.refused" : answer.status === WAITS ? "state.waits" : "slip.unsent")}</span>`}
    </div>
    <${Icon} name="chevron-right" />
  </a>`;
}
