// Labels of a batch, asked for with what this phone was let in by: nobody signs in for them.
// @ts-check
import { ask, Refused, TIMEOUT_MS, Unreachable } from "./api.js";
import { enrolled } from "./reading.js";

/** @typedef {{labels: number | null, pack: {quantity: string, uom: string}, stock: string, template: string, start_position: number, printer_id: string | null}} Proposal */
/** @typedef {Proposal & {id: string, labels: number, issued_at: string, links: {pdf: string, png: string}}} Issue */
/** @typedef {{proposal: Proposal, papers: {stock: string, name: string, positions: number}[], issues: Issue[]}} Labels */

/** What may be ordered for a batch, and what was. @param {string} batch_id @returns {Promise<Labels>} */
export async function labelsOf(batch_id) {
  return whole(await asPhone(`/api/v1/batches/${batch_id}/label-issues`));
}

/**
 * Issue labels; the same order twice is one issue.
 * @param {string} batch_id
 * @param {Proposal & {id: string}} order
 * @returns {Promise<Issue>}
 */
export async function issue(batch_id, order) {
  return whole(await asPhone(`/api/v1/batches/${batch_id}/label-issues`, order));
}

/** The sheet of an issue: its file, and its first page as a picture. @param {Issue} made */
export async function sheetOf({ links }) {
  const [pdf, png] = await Promise.all([file(links.pdf), file(links.png)]);
  return { pdf, png };
}

/** @param {string} path @param {unknown} [json] */
async function asPhone(path, json) {
  const token = (await enrolled())?.token ?? null;
  return ask(path, { token, ...(json === undefined ? {} : { method: "POST", json }) });
}

/** @param {Awaited<ReturnType<typeof ask>>} answer */
function whole(answer) {
  if (!answer.body) throw new Unreachable("not our server");
  if (answer.status >= 400) throw new Refused(answer);
  return answer.body;
}

/** @param {string} path @returns {Promise<Blob>} */
async function file(path) {
  const token = (await enrolled())?.token;
  const signal = AbortSignal.timeout?.(2 * TIMEOUT_MS) ?? null;
  const asked = fetch(path, { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store", signal });
  const answer = await asked.catch((error) => Promise.reject(new Unreachable(String(error))));
  if (!answer.ok) throw new Unreachable(`answered ${answer.status}`);
  return answer.blob().catch((error) => Promise.reject(new Unreachable(String(error))));
}
