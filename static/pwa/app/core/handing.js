// Handing goods over where neither phone has a network: what each of the two keeps of the other.
// @ts-check
import { isoMoment } from "./clock.js";
import { changed, database } from "./db.js";
import { sha256, uuid7 } from "./ids.js";
import { signed } from "./keys.js";
import { entries, isRefused, loggedBy, phone as whose } from "./reading.js";
import { save } from "./records.js";
import { FITS, LONGEST_NAME, MOST_LINES, base32, bytesOf, counterBytes, readCounter, readSlip, slipBytes } from "./slips.js";
import { inHand } from "./stock.js";

/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").KeptSlip} KeptSlip */
/** @typedef {import("./slips.js").Slip} Slip */

const SIGNATURE = 64;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The slip of a shipment saved here, made once; nothing where its lots do not fit into a code. @param {Entry} entry @returns {Promise<KeptSlip | undefined>} */
export async function slipOf({ event }) {
  const there = await (await database()).get("slips", event.id);
  if (there) return there;
  const [who, batches] = await Promise.all([whose(), inHand()]);
  if (!who || event.inputs.length > MOST_LINES || !event.inputs.length) return undefined;
  const lines = event.inputs.map(({ producer_id, batch_id, quantity, uom }) => {
    const { name = "", lot = "" } = batches.find((one) => one.batch_id === batch_id) ?? {};
    return { producer_id: producer_id ?? who.producer.id, batch_id, quantity, uom, name: typeof name === "string" ? name : name.vi, lot };
  });
  const to = String(event.fields["to_site"] ?? "");
  /** @type {Slip} */
  const slip = { producer_id: who.producer.id, phone_id: who.phone_id, event_id: event.id, to_site: ID.test(to) ? to : null, at: event.event_time, giver: who.producer.name, lines };
  const fits = [LONGEST_NAME, 30, 12].map((name) => slipBytes(slip, name)).find((bytes) => bytes.length + SIGNATURE <= FITS);
  if (!fits) return undefined;
  const bytes = await signed(fits);
  return kept({ event_id: event.id, slip: base32(bytes), sha256: await sha256(bytes) });
}

/** @param {KeptSlip} mine */
async function kept(mine) {
  const tx = (await database()).transaction("slips", "readwrite", { durability: "strict" });
  const there = await tx.store.get(mine.event_id); // of another tab: shown already, so it stands
  if (!there) await tx.store.put(mine);
  await tx.done;
  return there ?? mine;
}

/** What an answer is to: a slip of this phone, if any. @param {string} text of the counter-slip */
export async function slipAnsweredBy(text) {
  const { slip_sha256 } = readCounter(text);
  return (await (await database()).getAll("slips")).find((one) => one.sha256 === slip_sha256);
}

/** Keep the answer to a slip, to be sent; the first one stands, unless the server refused it. @param {KeptSlip} mine @param {string} counter */
export async function keepAnswer(mine, counter) {
  const tx = (await database()).transaction("slips", "readwrite", { durability: "strict" });
  const there = await tx.store.get(mine.event_id);
  const { event_id, slip, sha256: name } = there ?? mine;
  if (there && (!there.counter || isRefused(there))) await tx.store.put({ event_id, slip, sha256: name, counter });
  await tx.done;
  changed();
}

/** Let go of an answer that the server refused: the shipment waits for another one. @param {KeptSlip} mine */
export async function dropAnswer({ event_id, slip, sha256: name }) {
  await (await database()).put("slips", { event_id, slip, sha256: name });
  changed();
}

/** What was saved here on a slip before: it is answered once. @param {string} slip */
export async function receiptOn(slip) {
  return (await entries()).find((entry) => entry.slip?.slip === slip);
}

/**
 * Save what was taken of a slip, with the answer to it.
 * @param {string} text of the slip
 * @param {{quantities: string[], condition: string, site_id: string, title: string}} taken
 * @returns {Promise<Entry>}
 */
export async function saveReceipt(text, { quantities, condition, site_id, title }) {
  const slip = readSlip(text);
  const who = /** @type {import("../types.js").Phone} */ (await whose());
  const [id, at] = [uuid7(), isoMoment(new Date())];
  const told = { producer_id: who.producer.id, phone_id: who.phone_id, event_id: id, site_id, at, receiver: who.producer.name, condition, quantities };
  const counter = base32(await signed(counterBytes({ ...told, slip_sha256: await sha256(bytesOf(text)) })));
  const outputs = slip.lines.flatMap(({ producer_id, batch_id, uom }, place) => {
    const quantity = quantities[place];
    return quantity ? [{ producer_id, batch_id, quantity, uom }] : [];
  });
  const event = {
    ...{ id, step_kind: "receive", event_time: at, device_time: at, site_id, ship_event_id: slip.event_id },
    ...{ inputs: [], outputs, about: [], photos: [] },
    fields: { ship_event: slip.event_id, ...(condition ? { condition } : {}) },
  };
  const step = { ...loggedBy(who), title, batches: [], originals: {}, event, slip: { slip: text, counter } };
  const [entry] = await save([step], []);
  return /** @type {Entry} */ (entry);
}
