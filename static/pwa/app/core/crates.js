// Crates and pallets: what is in each as this phone knows it, with what was packed here since, and
// the lots and kilograms that one names when its code is read.
// @ts-check
import { fold } from "./codes.js";
import { takes } from "./questions.js";
import { unheard, sections } from "./reading.js";
import { inHand } from "./stock.js";

/** @typedef {import("../types.js").CrateTaken} CrateTaken */
/** @typedef {import("../types.js").Kind} Kind */
/** @typedef {import("./questions.js").Answers} Answers */
/** @typedef {import("./stock.js").AtHand} AtHand */
/** An amount is null where nobody said how much. @typedef {{holds: Map<string, number | null>, crates: Set<string>}} Inside */
/** @typedef {Pick<Answers, "lines" | "about" | "crates">} Goods */

const PUTS_IN = "aggregate";
const TAKES_OUT = "disaggregate";
const ON_A_PALLET = /^(?:\]C1)?\(?00\)?(\d{18})$/; // a GS1 SSCC as scanners read it

/** Marks of smaller crates: parted by commas or line breaks. @param {unknown} text */
const marksIn = (text) => [...new Set(String(text ?? "").split(/[\n,;]/).map((part) => fold(part.trim())).filter(Boolean))];
const rounded = (/** @type {number} */ amount) => Math.round(amount * 1e6) / 1e6;

/**
 * @param {import("../types.js").Sections} kept
 * @param {import("../types.js").Entry[]} since what was logged here and is not in it, the newest first
 */
export function cratesOf(kept, since) {
  /** @type {Map<string, Inside>} */
  const all = new Map();
  for (const { mark, holds, crates } of kept.crates) {
    all.set(mark, { crates: new Set(crates), holds: new Map(holds.map((one) => [one.batch_id, one.quantity === null ? null : Number(one.quantity)])) });
  }
  for (const { event } of [...since].reverse()) {
    const mark = fold(String(event.fields["container"] ?? "").trim());
    if (!mark || ![PUTS_IN, TAKES_OUT].includes(event.step_kind)) continue;
    const inside = all.get(mark) ?? { holds: new Map(), crates: new Set() };
    pack(inside, event);
    all.set(mark, inside);
  }
  return all;
}

/** @param {Inside} inside @param {import("../types.js").StepEvent} event */
function pack({ holds, crates }, { step_kind, inputs, about, fields }) {
  const lines = [...inputs.map((one) => /** @type {const} */ ([one.batch_id, Number(one.quantity)])), ...about.map((one) => /** @type {const} */ ([one.batch_id, null]))];
  const inner = marksIn(fields["inner_containers"]);
  if (step_kind === PUTS_IN) {
    for (const [id, amount] of lines) {
      const before = holds.has(id) ? holds.get(id) : 0;
      holds.set(id, before == null || amount === null ? null : rounded(before + amount));
    }
    for (const mark of inner) crates.add(mark);
  } else if (!lines.length && !inner.length) {
    holds.clear();
    crates.clear();
  } else {
    for (const [id, amount] of lines) {
      const before = holds.get(id);
      if (amount === null || (before != null && amount >= before)) holds.delete(id);
      else if (before != null) holds.set(id, rounded(before - amount));
    }
    for (const mark of inner) crates.delete(mark);
  }
}

/** What has left as a whole lies in no crate; a lot made here may be counted in a unit that is not its own. @param {AtHand} batch */
const isHere = (batch) => batch.isUnsent !== undefined || batch.left == null || Number(batch.left) > 0;

/**
 * The crate that a scanned or typed text names, with all goods in it and in the smaller ones inside;
 * nothing where this phone does not know it, or knows of nothing in it.
 * @param {string} text
 * @param {Map<string, Inside>} all
 * @param {AtHand[]} batches
 * @returns {CrateTaken | undefined}
 */
export function crateNamed(text, all, batches) {
  const said = [text, ON_A_PALLET.exec(text.trim())?.[1] ?? ""].map((one) => fold(one.trim()));
  const mark = said.find((one) => all.has(one));
  if (mark === undefined) return undefined;
  const marks = [mark];
  /** @type {Map<string, number | null>} */
  const found = new Map();
  for (const one of marks) {
    const { holds = new Map(), crates = [] } = all.get(one) ?? {};
    for (const [id, amount] of holds) {
      const before = found.has(id) ? found.get(id) : 0;
      found.set(id, before == null || amount === null ? null : rounded(before + amount));
    }
    for (const inner of crates) if (!marks.includes(inner)) marks.push(inner);
  }
  const holds = [...found].flatMap(([batch_id, amount]) => {
    const batch = batches.find((one) => one.batch_id === batch_id);
    return batch && isHere(batch) ? [{ producer_id: batch.producer_id, batch_id, uom: batch.uom, quantity: amount === null ? null : String(amount) }] : [];
  });
  return holds.length ? { mark, marks, holds } : undefined;
}

/** Read what is kept here and give the crate of a code. @param {string} text */
export async function crateHere(text) {
  const [kept, since, batches] = await Promise.all([sections(), unheard(), inHand()]);
  return { crate: crateNamed(text, cratesOf(kept, since), batches), batches };
}

/**
 * The goods of a step with those of a crate; a crate counts once, also on a pallet that is named.
 * @param {Kind} kind
 * @param {Goods} goods
 * @param {CrateTaken} crate
 * @param {AtHand[]} batches
 * @returns {Goods}
 */
export function withCrate(kind, goods, crate, batches) {
  if (goods.crates?.some((one) => one.marks.includes(crate.mark))) return goods;
  const within = (goods.crates ?? []).filter((one) => crate.marks.includes(one.mark));
  const { lines, about, crates = [] } = within.reduce((rest, one) => withoutCrate(rest, one), goods);
  const all = [...crates, crate];
  if (kind.id === PUTS_IN) return { lines, about, crates: [...crates, { ...crate, holds: [] }] }; // as it is: its goods stay its own
  if (!takes(kind)) return { lines, about: [...about, ...crate.holds.filter((one) => !about.some((other) => other.batch_id === one.batch_id)).map(({ producer_id, batch_id }) => ({ producer_id, batch_id }))], crates: all };
  const named = new Map(lines.map((line) => [line.batch_id, line]));
  for (const { producer_id, batch_id, uom, quantity } of crate.holds) {
    const left = batches.find((one) => one.batch_id === batch_id)?.left;
    const sum = rounded(Number(named.get(batch_id)?.quantity ?? 0) + Number(quantity ?? 0));
    const most = left == null ? sum : Math.min(sum, Math.max(Number(left), 0));
    named.set(batch_id, { producer_id, batch_id, uom, quantity: most > 0 ? String(most) : "" });
  }
  return { lines: [...named.values()], about, crates: all };
}

/** The goods of a step without those of a crate. @param {Goods} goods @param {CrateTaken} crate @returns {Goods} */
export function withoutCrate({ lines, about, crates = [] }, crate) {
  const of = (/** @type {string} */ id) => crate.holds.find((one) => one.batch_id === id);
  const rest = lines.flatMap((line) => {
    const left = rounded(Number(line.quantity) - Number(of(line.batch_id)?.quantity ?? 0));
    return !of(line.batch_id) ? [line] : left > 0 ? [{ ...line, quantity: String(left) }] : [];
  });
  return { lines: rest, about: about.filter((one) => !of(one.batch_id)), crates: crates.filter((one) => one.mark !== crate.mark) };
}
