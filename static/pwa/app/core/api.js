// Asking the server: a whole answer, or Unreachable. Never half of one.
// @ts-check

export const TIMEOUT_MS = 30_000;
const SLOWEST_BYTES_A_MS = 4; // a photo may take a second for every 4 kB

// The worker has no page, and asks in the language of the phone.
const page = /** @type {{document?: {documentElement: {lang: string}}}} */ (/** @type {unknown} */ (self));

/** There was no answer, or only part of one: the network's fault, to be tried again. */
export class Unreachable extends Error {}

/** The server asks us to wait, or does not know this phone any more. */
export class Refused extends Error {
  /** @param {{status: number, wait: number, body: any}} answer */
  constructor(answer) {
    super(`answered ${answer.status}`);
    this.answer = answer;
  }
}

/**
 * @typedef {object} Asked
 * @property {string} [method]
 * @property {string | null} [token]
 * @property {unknown} [json]
 * @property {ArrayBuffer} [bytes]
 * @property {string} [type] of the bytes
 * @property {string} [etag]
 */

/**
 * @param {string} path
 * @param {Asked} [asked]
 * @returns {Promise<{status: number, body: any, wait: number, etag: string | null}>}
 */
export async function ask(path, { method = "GET", token, json, bytes, type = "", etag } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json, application/problem+json" };
  const language = page.document?.documentElement.lang;
  if (language) headers["Accept-Language"] = language;
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (etag) headers["If-None-Match"] = etag;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  if (bytes) headers["Content-Type"] = type;
  const patience = new AbortController();
  const most = TIMEOUT_MS + (bytes?.byteLength ?? 0) / SLOWEST_BYTES_A_MS;
  const timer = setTimeout(() => patience.abort(), most);
  try {
    const answer = await fetch(path, {
      method,
      headers,
      body: bytes ?? (json === undefined ? null : JSON.stringify(json)),
      credentials: "omit",
      cache: "no-store",
      signal: patience.signal,
    });
    const text = await answer.text(); // cut off in the middle, this throws
    return { status: answer.status, body: read(text), wait: waitOf(answer), etag: answer.headers.get("ETag") };
  } catch (error) {
    throw new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} text */
function read(text) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page of a proxy or of a hotel's network
  }
}

/** How long the server asks us to wait, in milliseconds (RFC 9110 10.2.3). @param {Response} answer */
function waitOf(answer) {
  const said = answer.headers.get("Retry-After");
  if (said === null) return 0;
  const seconds = Number(said);
  const wait = Number.isNaN(seconds) ? Date.parse(said) - Date.now() : seconds * 1000;
  return Math.min(Math.max(wait || 0, 0), 3600_000);
}
