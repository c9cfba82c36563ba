// Being told by push that a kept product was stopped or recalled: only where a person asked for it.
// The server keeps the address of this browser and the code; what is told is kept here.
// @ts-check
import { ask, Unreachable } from "./api.js";
import { changed, meta, setMeta } from "./db.js";
import { phone } from "./reading.js";

/**
 * What this browser is told: which codes, and whether staff is told of their producer's goods.
 * @typedef {{endpoint: string, language: string, codes: string[], isStaff: boolean}} Asked
 * @typedef {"told" | "no_network" | "failed"} Outcome
 */

const KEY = "push";
const PATH = "/api/v1/push";
const STAFF = "/api/v1/phones/me/push";

/** Whether this browser can be told at all: an iPhone can once the app is on its home screen. */
export const canBeTold = () => "PushManager" in self && "Notification" in self;

/** @returns {Promise<Asked>} */
export async function asked() {
  const found = /** @type {Asked | undefined} */ (await meta(KEY));
  return found ?? { endpoint: "", language: "vi", codes: [], isStaff: false };
}

/** @param {Asked} now */
async function note(now) {
  await setMeta(KEY, now);
  changed();
}

/**
 * Ask the browser, which the person has allowed it, then the server. Without a code it is for staff.
 * @param {ServiceWorkerRegistration} registration
 * @param {string} language
 * @param {string} [code]
 * @returns {Promise<Outcome>}
 */
export async function begin(registration, language, code) {
  return safely(async () => {
    const subscription = await subscribe(registration);
    await tell(subscription, language, code);
    const { codes, isStaff } = await asked();
    const all = code ? [...new Set([...codes, code])] : codes;
    await note({ endpoint: subscription.endpoint, language, codes: all, isStaff: isStaff || !code });
  });
}

/**
 * End it on the server first: until that has answered, this phone is told, and says so.
 * @param {ServiceWorkerRegistration} registration
 * @param {string} [code]
 * @returns {Promise<Outcome>}
 */
export async function end(registration, code) {
  return safely(async () => {
    const now = await asked();
    await (code ? forget(now.endpoint, code) : forgetStaff());
    const codes = now.codes.filter((one) => one !== code);
    const isStaff = now.isStaff && Boolean(code);
    if (!codes.length && !isStaff) await (await registration.pushManager.getSubscription())?.unsubscribe();
    await note({ ...now, codes, isStaff });
  });
}

/**
 * Say again what was asked for, where the browser has another address now, or the reader another language.
 * @param {ServiceWorkerRegistration} registration
 * @param {string} [spoken]
 */
export async function renew(registration, spoken) {
  await inTurn(() => sayAgain(registration, spoken));
}

/** @param {ServiceWorkerRegistration} registration @param {string} [spoken] */
async function sayAgain(registration, spoken) {
  const now = await asked();
  if (!now.codes.length && !now.isStaff) return;
  if (Notification.permission === "default") return; // nobody is asked without a tap
  const language = spoken ?? now.language;
  const subscription = await subscribe(registration);
  if (subscription.endpoint === now.endpoint && language === now.language) return;
  for (const code of now.codes) await tell(subscription, language, code);
  if (now.isStaff) await tell(subscription, language);
  if (now.endpoint && now.endpoint !== subscription.endpoint) await forget(now.endpoint);
  await note({ ...now, endpoint: subscription.endpoint, language });
}

/** The browser's address, made with the server's key of today. @param {ServiceWorkerRegistration} registration */
async function subscribe(registration) {
  const { status, body } = await ask(PATH);
  if (status !== 200 || !body?.key) throw new Unreachable(`answered ${status}`);
  const key = bytes(body.key);
  const had = await registration.pushManager.getSubscription();
  const made = had?.options.applicationServerKey;
  if (had && made && String(new Uint8Array(made)) === String(key)) return had;
  await had?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** @param {PushSubscription} subscription @param {string} language @param {string} [code] */
async function tell(subscription, language, code) {
  const { endpoint, keys } = subscription.toJSON();
  const json = { endpoint, keys, language, ...(code && { code }) };
  await answered(ask(code ? PATH : STAFF, { method: "POST", token: await tokenFor(code), json }));
}

/** @param {string} endpoint @param {string} [code] */
const forget = (endpoint, code) => answered(ask(`${PATH}/forget`, { method: "POST", json: { endpoint, ...(code && { code }) } }));

const forgetStaff = async () => answered(ask(`${STAFF}/forget`, { method: "POST", token: await tokenFor(), json: {} }));

/** A shopper has no token, and staff says none about what they keep. @param {string} [code] */
const tokenFor = async (code) => (code ? null : ((await phone())?.token ?? null));

/** @param {ReturnType<typeof ask>} asking */
async function answered(asking) {
  const { status } = await asking;
  if (status !== 200 && status !== 201) throw new Error(`answered ${status}`);
}

/**
 * One after the other, in every tab and the worker: what is ended must not be said again by whoever
 * read it just before.
 * @param {() => Promise<void>} act
 */
const inTurn = (act) => (navigator.locks ? navigator.locks.request(KEY, act) : act());

/** @param {() => Promise<void>} act @returns {Promise<Outcome>} */
async function safely(act) {
  try {
    await inTurn(act);
    return "told";
  } catch (error) {
    return error instanceof Unreachable ? "no_network" : "failed";
  }
}

/** @param {string} text base64url */
function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}
