// Which unsent records go into which file: each with all that it builds on, so that a file may be
// brought in before the others, alone, or twice.
// @ts-check
import { fold } from "./codes.js";
import { filesNamed } from "./files.js";

/** @typedef {import("../types.js").Entry} Entry */
/** Records, and the names of the photos and voice notes beside them. @typedef {{entries: Entry[], files: string[]}} Part */
/** How heavy a record or a file is, in bytes of the export. @typedef {{entry: (entry: Entry) => number, file: (name: string) => number}} Weighing */

const MOST_ENTRIES = 500; // the desk takes a thousand at once

/**
 * Fill as few files as may be. Photos of records that belong together and are too many for one file
 * are spread over several, with the records in each: the last one brought in completes them.
 * @param {Entry[]} entries in order of capture
 * @param {Weighing} weigh
 * @param {number} most
 */
export function partsOf(entries, weigh, most) {
  const closure = closures(entries);
  /** @type {Set<Entry>[]} */
  const groups = [];
  for (const entry of entries) {
    const needed = closure(entry);
    const last = groups.at(-1);
    const joined = new Set([...(last ?? []), ...needed]);
    const fits = joined.size <= MOST_ENTRIES && weight(joined, weigh) <= most;
    const isBeside = last && weight(needed, weigh) > most && [...needed].some((one) => last.has(one));
    if (last && (fits || isBeside)) groups[groups.length - 1] = joined;
    else groups.push(needed);
  }
  return groups.flatMap((group) => spread(group, weigh, most));
}

/** @param {Set<Entry>} group */
const filesOf = (group) => [...new Set([...group].flatMap(filesNamed))];
const sum = (/** @type {number[]} */ all) => all.reduce((one, other) => one + other, 0);

/** @param {Set<Entry>} group @param {Weighing} weigh */
function weight(group, weigh) {
  return sum([...group].map(weigh.entry)) + sum(filesOf(group).map(weigh.file));
}

/** @param {Set<Entry>} group @param {Weighing} weigh @param {number} most @returns {Part[]} */
function spread(group, weigh, most) {
  const entries = [...group].sort((one, other) => one.sequence - other.sequence);
  const room = most - sum(entries.map(weigh.entry));
  /** @type {string[][]} */
  const heaps = [[]];
  for (const name of filesOf(group)) {
    const heap = /** @type {string[]} */ (heaps.at(-1));
    if (heap.length && sum([...heap, name].map(weigh.file)) > room) heaps.push([name]);
    else heap.push(name);
  }
  return heaps.map((files) => ({ entries, files }));
}

/**
 * Tell of a record which others must be there before it: those that made its goods or packed its
 * crates, the delivery it receives, the step it corrects; and theirs.
 * @param {Entry[]} entries
 */
function closures(entries) {
  /** @type {Map<string, Set<Entry>>} */
  const makers = new Map();
  /** @type {Map<Entry, Set<Entry>>} */
  const all = new Map();
  for (const entry of entries) {
    const before = namedBy(entry).flatMap((name) => [...(makers.get(name) ?? [])]);
    all.set(entry, new Set([...before.flatMap((one) => [...(all.get(one) ?? [])]), entry]));
    for (const name of madeBy(entry)) makers.set(name, new Set([...(makers.get(name) ?? []), entry]));
  }
  return (/** @type {Entry} */ entry) => all.get(entry) ?? new Set([entry]);
}

/** @param {unknown} mark */
const crate = (mark) => `crate:${fold(String(mark).trim())}`;

/** @param {Entry} entry */
function madeBy({ event, batches }) {
  const { container } = event.fields;
  return [event.id, ...batches.map((one) => one.batch_id), ...(container ? [crate(container)] : [])];
}

/** @param {Entry} entry */
function namedBy({ event, crates = [] }) {
  const { container } = event.fields;
  const goods = [...event.inputs, ...event.about].map((one) => one.batch_id);
  const marks = [...crates.flatMap((one) => one.marks), ...(container ? [container] : [])];
  return [...goods, ...marks.map(crate), ...[event.ship_event_id, event.corrects].flatMap((id) => id ?? [])];
}
