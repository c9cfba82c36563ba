/**
 * Passkeys: makes one, or signs in with one. The buttons are hidden where a browser has none.
 *
 * @typedef {{ next?: string, error?: string, options?: any }} Answer
 */

/**
 * Ask the server as JSON; the token is that of the page's form.
 *
 * @param {string} path
 * @param {string} token
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function ask(path, token, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": token };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(path, { headers, credentials: "same-origin", ...sent });
  return answer.json();
}

/**
 * @param {string} token
 * @param {string} next
 * @returns {Promise<Answer>}
 */
async function signIn(token, next) {
  const options = await ask("/sign-in/passkey", token);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  return ask("/sign-in/passkey", token, { credential: written(credential), next });
}

/**
 * @param {string} token
 * @returns {Promise<Answer>}
 */
async function register(token) {
  const asked = await ask("/account/passkeys/challenge", token, {});
  if (!asked.options) return asked;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked.options);
  const credential = await navigator.credentials.create({ publicKey });
  return ask("/account/passkeys", token, { credential: written(credential) });
}

/**
 * @param {Credential | null} credential
 * @returns {object}
 */
function written(credential) {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey");
  return credential.toJSON();
}

/** @param {HTMLElement} place */
function offer(place) {
  const button = place.querySelector("button");
  const error = place.querySelector("p");
  if (!button || !error) return;
  const { passkey, token = "", next = "", sorry = "" } = place.dataset;
  place.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    error.hidden = true;
    /** @type {Answer} */
    let answer = {};
    try {
      answer = passkey === "register" ? await register(token) : await signIn(token, next);
    } catch {
      // The person closed the dialogue, or the device has no passkey for this site.
    }
    if (answer.next) {
      location.assign(answer.next);
      return;
    }
    error.textContent = answer.error ?? sorry;
    error.hidden = false;
    button.disabled = false;
  });
}

if (window.PublicKeyCredential && "parseRequestOptionsFromJSON" in PublicKeyCredential) {
  document.querySelectorAll("[data-passkey]").forEach((place) => {
    if (place instanceof HTMLElement) offer(place);
  });
}
