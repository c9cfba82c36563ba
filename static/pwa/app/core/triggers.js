// When to try: after every save, when the network or the person comes back, and by the clock.
// `navigator.onLine` is never believed: trying is the only way to know.
// @ts-check
import { flush } from "./sync.js";
import { isStale, pull } from "./snapshot.js";

export const FIRST_MS = 1000;
export const LAST_MS = 60_000;
const QUIET_MS = 60_000; // with nothing to send, look for news this often while the app is open
const TAG = "outbox";

let delay = FIRST_MS;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let isRunning = false;
let isAskedAgain = false;

/** Try at once; a try under way is followed by another. */
async function tryOnce(isPressed = false) {
  if (isRunning) {
    isAskedAgain = true;
    return;
  }
  isRunning = true;
  try {
    const { result, wait = 0 } = await flush(isPressed);
    const hasReached = result === "sent" || result === "nothing";
    if (hasReached && (result === "sent" || (await isStale()))) await pull().catch(() => {});
    delay = hasReached ? FIRST_MS : Math.min(delay * 2, LAST_MS);
    schedule(hasReached ? QUIET_MS : Math.max(wait, delay * (0.5 + Math.random() / 2)));
  } catch {
    schedule(LAST_MS);
  } finally {
    isRunning = false;
    if (isAskedAgain) {
      isAskedAgain = false;
      schedule(0);
    }
  }
}

/** @param {number} after */
function schedule(after) {
  clearTimeout(timer);
  timer = setTimeout(() => tryOnce(), after);
}

/** Try now, however long we had been told to be patient: the person has pressed a button. */
export function tryNow() {
  delay = FIRST_MS;
  return tryOnce(true);
}

/** There is a sign that trying may be worth it. */
function trySoon() {
  delay = FIRST_MS;
  tryOnce();
}

/** Listen for every such sign. */
export function start() {
  for (const name of ["online", "focus", "pageshow"]) addEventListener(name, trySoon);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") trySoon();
  });
  trySoon();
}

/** After a save: try, and ask the browser to wake the worker when it has a network again. */
export async function afterSave() {
  trySoon();
  const registration = await navigator.serviceWorker?.getRegistration("/app/");
  // Not in the types of the browsers that lack it.
  const sync = /** @type {{register(tag: string): Promise<void>} | undefined} */ (
    /** @type {any} */ (registration)?.sync
  );
  await sync?.register(TAG).catch(() => {});
}
