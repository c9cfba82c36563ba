// Joining a producer with an invitation: one code, spent once, by one phone.
// @ts-check
import { ask } from "./api.js";
import { changed, meta, setMeta } from "./db.js";
import { keepReserve } from "./envelope.js";
import { uuid7 } from "./ids.js";
import { phone as whose } from "./reading.js";
import { pull } from "./snapshot.js";

/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {"joined" | "unknown" | "slow_down" | "failed"} Joined */

const IN_APP = /Zalo|FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|TikTok|musical_ly|; wv\)/i;

/** Where this page runs, since an invitation must not be spent in a place that forgets. */
export function surroundings() {
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
export function inviteOf(text) {
  const behind = /#join=([^&\s]+)/.exec(text)?.[1];
  if (behind) return decodeURIComponent(behind);
  const code = text.replace(/[\s-]/g, "");
  return /^[0-9A-Za-z]{8}$/.test(code) ? code.toUpperCase() : undefined;
}

/** @param {string} code @returns {Promise<Joined>} */
export async function join(code) {
  // The same id for ever: an answer that was lost is asked for again, and the outbox stays ours.
  const before = await whose();
  const phone_id = before?.phone_id ?? /** @type {string | undefined} */ (await meta("phone_id")) ?? uuid7();
  await setMeta("phone_id", phone_id);
  const name = deviceName();
  const answer = await ask("/api/v1/phones", { method: "POST", json: { code, phone_id, name } });
  if (answer.status === 404) return "unknown";
  if (answer.status === 429) return "slow_down";
  if (![200, 201].includes(answer.status) || !answer.body?.token) return "failed";
  const { token, mark, member, producer, reserve = [] } = answer.body;
  await keepReserve(reserve);
  await setMeta("phone", /** @type {Phone} */ ({ phone_id, token, mark, name, member, producer }));
  await setMeta("sync", { at: Date.now(), problem: null });
  changed();
  await pull().catch(() => {}); // asked for again when the app is shown
  return "joined";
}

/** What the desk calls this phone until somebody gives it a better name. */
function deviceName() {
  const agent = navigator.userAgent;
  return /Android [^;)]*; ([^;)]+?)(?: Build|\)|;)/.exec(agent)?.[1] ?? /iPhone|iPad|Android/.exec(agent)?.[0] ?? "Web";
}
