// What goes on behind the screens: the worker, its updates, and sending.
// @ts-check
import { whenChanged } from "./core/db.js";
import { start as startTriggers } from "./core/triggers.js";
import { keepFocus } from "./screens/focus.js";
import { language } from "./view.js";

const WORKER = "/app/sw.js";

export async function start() {
  startTriggers();
  keepFocus();
  checkProducts();
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(WORKER, {
      type: "module", // it shares the outbox with the page
      scope: "/app/",
      updateViaCache: "none",
    });
    follow(registration);
  } catch {
    return; // an older Firefox: the app works while it is open
  }
  const ready = await navigator.serviceWorker.ready;
  dispatchEvent(new Event("ready-offline"));
  ready.active?.postMessage("later");
  await tellAgain(ready);
}

/** The browser may have another address for messages by now, or its reader another language. @param {ServiceWorkerRegistration} registration */
async function tellAgain(registration) {
  const { canBeTold, renew } = await import("./core/notices.js");
  const again = () => renew(registration, language).catch(() => {}); // no network: at the next opening
  if (!canBeTold()) return;
  addEventListener("language", again);
  await again();
}

/** What shoppers keep is looked at again whenever the app is opened. */
async function checkProducts() {
  const { checkAgain } = await import("./core/products.js");
  const again = () => document.visibilityState === "visible" && checkAgain().catch(() => {}); // no network
  document.addEventListener("visibilitychange", again);
  addEventListener("online", again);
  await again();
}

/**
 * A new version waits until nobody is in the middle of a step; then the page is opened anew. What
 * is saved lies in the database and is not touched.
 * @param {ServiceWorkerRegistration} registration
 */
function follow(registration) {
  // Until the app has a worker, that of the shoppers' pages may look after it: nothing is new then.
  const isOurs = () => navigator.serviceWorker.controller?.scriptURL.endsWith(WORKER);
  let wasOurs = isOurs();
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (wasOurs) location.reload();
    wasOurs = isOurs();
  });
  const offer = () => {
    const isAtRest = ["", "#/"].includes(location.hash) || document.visibilityState === "hidden";
    if (isAtRest) registration.waiting?.postMessage("take over");
  };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
    offer(); // on a fast network it is installed by now
  });
  addEventListener("hashchange", offer);
  document.addEventListener("visibilitychange", () => {
    offer();
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
  whenChanged(offer);
  offer();
}
