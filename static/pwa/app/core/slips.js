// The slips of a hand-over without a network as the bytes in their codes; docs/integrators/phone.md
// has the layout, and the server reads the same.
// @ts-check
import { hex } from "./ids.js";

/** @typedef {{producer_id: string, batch_id: string, quantity: string, uom: string, name: string, lot: string}} Offered */
/** @typedef {{producer_id: string, phone_id: string, event_id: string, at: string}} Signed */
/** @typedef {Signed & {to_site: string | null, giver: string, lines: Offered[]}} Slip */
/** @typedef {Signed & {site_id: string, slip_sha256: string, receiver: string, condition: string, quantities: string[]}} CounterSlip */

const LARGEST = 450; // bytes, of what is read
export const FITS = 420; // bytes, of what is made here: a phone reads its code off the screen of another
export const MOST_LINES = 8;
export const LONGEST_NAME = 60;
const LONGEST_LOT = 20;
const KINDS = { slip: [0x53, 1], counter: [0x43, 1] };
const SIGNATURE = 64;
const QUARTER_S = 900;
const NOBODY = "00000000-0000-0000-0000-000000000000";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** @param {Uint8Array} bytes */
export function base32(bytes) {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += LETTERS.charAt((held >> (bits - 5)) & 31);
  }
  return bits ? text + LETTERS.charAt((held << (5 - bits)) & 31) : text;
}

/** @param {string} text */
export function bytesOf(text) {
  const bytes = [];
  let [held, bits] = [0, 0];
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new RangeError("no slip");
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 255);
  }
  return Uint8Array.from(bytes);
}

/** What fits into so many bytes; where something had to go, it says so. @param {string} text @param {number} most */
export function cut(text, most) {
  const plain = text.replace(/\p{C}/gu, "").trim();
  const size = (/** @type {string} */ one) => new TextEncoder().encode(one).length;
  if (size(plain) <= most) return plain;
  let short = plain;
  while (size(short) + size("…") > most) short = short.slice(0, -1);
  return `${short.trim()}…`;
}

/** @param {Slip} slip without a signature yet; names take at most so many bytes @param {number} [name] */
export function slipBytes(slip, name = LONGEST_NAME) {
  const lines = slip.lines.flatMap((line) => [
    ...(line.producer_id === slip.producer_id ? [0] : [1, ...ofId(line.producer_id)]),
    ...ofId(line.batch_id),
    ...[line.quantity, line.uom, cut(line.name, name), cut(line.lot, LONGEST_LOT)].flatMap(ofText),
  ]);
  const ids = [slip.producer_id, slip.phone_id, slip.event_id, slip.to_site ?? NOBODY].flatMap(ofId);
  return Uint8Array.from([...KINDS.slip, ...ids, ...ofMoment(slip.at), ...ofText(cut(slip.giver, name)), slip.lines.length, ...lines]);
}

/** @param {CounterSlip} counter without a signature yet */
export function counterBytes(counter) {
  const ids = [counter.producer_id, counter.phone_id, counter.event_id, counter.site_id].flatMap(ofId);
  const told = [...ofHex(counter.slip_sha256), ...ofMoment(counter.at), ...[cut(counter.receiver, LONGEST_NAME), counter.condition].flatMap(ofText)];
  return Uint8Array.from([...KINDS.counter, ...ids, ...told, counter.quantities.length, ...counter.quantities.flatMap(ofText)]);
}

/** @param {string} text in base32 @returns {Slip} */
export function readSlip(text) {
  const take = reader(text, KINDS.slip);
  const [producer_id, phone_id, event_id, to_site] = [take.id(), take.id(), take.id(), take.id()];
  const [at, giver] = [take.moment(), take.text()];
  const lines = take.several(() => {
    const whose = take.bytes(1)[0] ? take.id() : producer_id;
    return { producer_id: whose, batch_id: take.id(), quantity: take.text(), uom: take.text(), name: take.text(), lot: take.text() };
  });
  take.end();
  return { producer_id, phone_id, event_id, to_site: to_site === NOBODY ? null : to_site, at, giver, lines };
}

/** @param {string} text in base32 @returns {CounterSlip} */
export function readCounter(text) {
  const take = reader(text, KINDS.counter);
  const [producer_id, phone_id, event_id, site_id] = [take.id(), take.id(), take.id(), take.id()];
  const [slip_sha256, at, receiver, condition] = [hex(take.bytes(32)), take.moment(), take.text(), take.text()];
  const quantities = take.several(take.text);
  take.end();
  return { producer_id, phone_id, event_id, site_id, slip_sha256, at, receiver, condition, quantities };
}

/** @param {string} text @param {number[]} kind */
function reader(text, kind) {
  if (text.length > (LARGEST * 8) / 5) throw new RangeError("too long");
  const all = bytesOf(text);
  let at = 0;
  const bytes = (/** @type {number} */ count) => {
    if (at + count > all.length) throw new RangeError("not whole");
    return all.slice(at, (at += count));
  };
  if (bytes(2).join() !== kind.join()) throw new RangeError("another kind");
  return {
    bytes,
    id: () => hex(bytes(16)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    text: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes(bytes(1)[0] ?? 0)),
    moment() {
      const seconds = new DataView(bytes(4).buffer).getUint32(0);
      const offset = new DataView(bytes(1).buffer).getInt8(0) * QUARTER_S;
      const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
      const away = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 3600))}:${two((Math.abs(offset) % 3600) / 60)}`;
      return new Date((seconds + offset) * 1000).toISOString().slice(0, 19) + away;
    },
    /** @template T @param {() => T} one */
    several: (one) => Array.from({ length: bytes(1)[0] ?? 0 }, one),
    end() {
      bytes(SIGNATURE);
      if (at !== all.length) throw new RangeError("more than a slip");
    },
  };
}

/** @param {string} text */
const ofHex = (text) => (text.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
/** @param {string} id */
const ofId = (id) => ofHex(id.replaceAll("-", ""));

/** @param {string} text */
function ofText(text) {
  const bytes = new TextEncoder().encode(text);
  return [bytes.length, ...bytes];
}

/** @param {string} iso with its offset @returns {number[]} */
function ofMoment(iso) {
  const seconds = Math.floor(Date.parse(iso) / 1000);
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso) ?? [];
  const quarters = (Number(hours ?? 0) * 4 + Number(minutes ?? 0) / 15) * (sign === "-" ? -1 : 1);
  return [seconds >>> 24, (seconds >>> 16) & 255, (seconds >>> 8) & 255, seconds & 255, quarters & 255];
}
