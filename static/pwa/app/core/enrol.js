// Joining a producer with an invitation: one code, spent once, by one phone.
// @ts-check
import { ask, Unreachable } from "./api.js";
import { changed, meta, setMeta } from "./db.js";
import { keepReserve } from "./envelope.js";
import { uuid7 } from "./ids.js";
import { publicKey } from "./keys.js";
import { dropOffered } from "./notes.js";
import { enrolled } from "./reading.js";
import { pull } from "./snapshot.js";

/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {"joined" | "unknown" | "taken" | "slow_down" | "failed" | "no_network"} Joined */

/** @param {string} code @returns {Promise<Joined>} */
export async function join(code) {
  // The same id for ever: an answer that was lost is asked for again, and the outbox stays ours.
  const before = await enrolled();
  const phone_id = before?.phone_id ?? /** @type {string | undefined} */ (await meta("phone_id")) ?? uuid7();
  await setMeta("phone_id", phone_id);
  const name = deviceName();
  const public_key = (await publicKey()) ?? null;
  const answer = await ask("/api/v1/phones", { method: "POST", json: { code, phone_id, name, public_key } }).catch(lost);
  if (!answer) return "no_network";
  if (answer.status === 404) return "unknown";
  if (answer.status === 409) return "taken"; // by somebody else of the same producer
  if (answer.status === 429) return "slow_down";
  if (![200, 201].includes(answer.status) || !answer.body?.token) return "failed";
  const { token, mark, member, producer, reserve = [] } = answer.body;
  await keepReserve(reserve);
  await setMeta("phone", /** @type {Phone} */ ({ phone_id, token, mark, name, member, producer }));
  await setMeta("user", undefined); // whoever was invited begins
  await dropOffered();
  await setMeta("sync", { at: Date.now(), problem: null });
  changed();
  await pull().catch(() => {}); // asked for again when the app is shown
  return "joined";
}

/** @param {unknown} error @returns {undefined} */
function lost(error) {
  if (!(error instanceof Unreachable)) throw error;
}

/** What the desk calls this phone until somebody gives it a better name. */
function deviceName() {
  const agent = navigator.userAgent;
  return /Android [^;)]*; ([^;)]+?)(?: Build|\)|;)/.exec(agent)?.[1] ?? /iPhone|iPad|Android/.exec(agent)?.[0] ?? "Web";
}
