// A record whose crates held something else than this phone knew: the same step with what they hold.
// @ts-check
import { cratesOf, crateNamed, withCrate, withoutCrate } from "./crates.js";
import { takes } from "./questions.js";
import { sections, unheard } from "./reading.js";
import { inHand } from "./stock.js";

/** @typedef {import("../types.js").Entry} Entry */

/**
 * @param {Entry} entry
 * @param {import("../types.js").Kind} kind
 * @returns {Promise<Pick<Entry, "event" | "crates">>}
 */
export async function takenAnew({ sequence, event, crates = [] }, kind) {
  const [kept, since, batches] = await Promise.all([sections(), unheard(), inHand()]);
  const all = cratesOf(kept, since.filter((one) => one.sequence < sequence));
  const lines = event.inputs.map((line) => ({ ...line }));
  const rest = crates.reduce((goods, crate) => withoutCrate(goods, crate), /** @type {import("./crates.js").Goods} */ ({ lines, about: event.about, crates }));
  const own = batches.map((batch) => ({ ...batch, left: leftBefore(batch, takes(kind) ? event.inputs : []) }));
  const found = crates.flatMap(({ mark }) => crateNamed(mark, all, own) ?? []);
  const goods = found.reduce((so_far, crate) => withCrate(kind, so_far, crate, own), rest);
  const inputs = goods.lines.filter((line) => Number(line.quantity) > 0);
  return { event: { ...event, inputs, about: goods.about }, crates: goods.crates ?? [] };
}

/** What is left of a batch without this record, which this phone has taken off already. @param {import("./stock.js").AtHand} batch @param {import("../types.js").Line[]} taken */
function leftBefore({ batch_id, left }, taken) {
  const own = taken.find((line) => line.batch_id === batch_id);
  return left == null || !own ? left : String(Number(left) + Number(own.quantity));
}
