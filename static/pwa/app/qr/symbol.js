// Draws a text as a QR code: the modules row by row, true for dark (ISO/IEC 18004).
// @ts-check
import { encode } from "./codewords.js";

/** @typedef {boolean[][]} Modules */

/** Whether a module is turned over by each of the eight masks. @type {((x: number, y: number) => boolean)[]} */
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** @param {string} text @returns {{modules: Modules, version: number, level: "L" | "M"}} */
export function symbol(text) {
  const { version, level, codewords } = encode(text);
  const drawn = MASKS.map((_, mask) => draw(version, level, codewords, mask));
  const [best] = drawn.map((modules) => ({ modules, worth: penalty(modules) })).sort((one, other) => one.worth - other.worth);
  return { modules: /** @type {{modules: Modules}} */ (best).modules, version, level };
}

/** @param {number} version @param {"L" | "M"} level @param {Uint8Array} codewords @param {number} mask */
function draw(version, level, codewords, mask) {
  const size = version * 4 + 17;
  /** @type {(boolean | undefined)[][]} */
  const grid = Array.from({ length: size }, () => Array(size).fill(undefined));
  const set = (/** @type {number} */ x, /** @type {number} */ y, /** @type {boolean} */ isDark) => {
    const row = grid[y];
    if (row && x >= 0 && x < size) row[x] = isDark;
  };
  fixed(version, size, set);
  for (const [x, y, bit] of informing(version, level, mask, size)) set(x, y, bit);
  let bit = 0;
  for (const [x, y] of way(size)) {
    if (grid[y]?.[x] !== undefined) continue;
    const isDark = Boolean(((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    set(x, y, isDark !== /** @type {(x: number, y: number) => boolean} */ (MASKS[mask])(x, y));
    bit += 1;
  }
  return /** @type {Modules} */ (grid);
}

/** What every code of a version has. @param {number} version @param {number} size @param {(x: number, y: number, isDark: boolean) => void} set */
function fixed(version, size, set) {
  for (let at = 8; at < size - 8; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  const square = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ reach, /** @type {(ring: number) => boolean} */ isDark) => {
    for (let down = -reach; down <= reach; down += 1)
      for (let right = -reach; right <= reach; right += 1) set(x + right, y + down, isDark(Math.max(Math.abs(right), Math.abs(down))));
  };
  const lines = aligned(version, size);
  const last = lines.at(-1);
  for (const x of lines) for (const y of lines) if (!(x === 6 && (y === 6 || y === last)) && !(x === last && y === 6)) square(x, y, 2, (ring) => ring !== 1);
  for (const [x, y] of /** @type {const} */ ([[3, 3], [size - 4, 3], [3, size - 4]])) square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
}

/** @param {number} version @param {number} size */
function aligned(version, size) {
  if (version < 2) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((size - 13) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - step * (count - 2 - at))];
}

/** The modules that tell level and mask, and from 7 on the version. @param {number} version @param {"L" | "M"} level @param {number} mask @param {number} size @returns {[number, number, boolean][]} */
function informing(version, level, mask, size) {
  const format = ((level === "L" ? 1 : 0) << 3) | mask;
  const bits = ((format << 10) | checked(format, 10, 0x537)) ^ 0x5412;
  const isSet = (/** @type {number} */ value, /** @type {number} */ at) => Boolean((value >> at) & 1);
  /** @type {[number, number, boolean][]} */
  const found = [[8, size - 8, true]];
  for (let at = 0; at < 15; at += 1) {
    const along = at < 6 ? at : at < 8 ? at + 1 : size - 15 + at;
    const across = at < 8 ? size - 1 - at : at < 9 ? 7 : 14 - at;
    found.push([8, along, isSet(bits, at)], [across, 8, isSet(bits, at)]);
  }
  const told = (version << 12) | checked(version, 12, 0x1f25);
  for (let at = 0; at < 18 && version >= 7; at += 1) {
    const [near, far] = [Math.floor(at / 3), size - 11 + (at % 3)];
    found.push([near, far, isSet(told, at)], [far, near, isSet(told, at)]);
  }
  return found;
}

/** What is left of a division, by which a reader finds mistakes. @param {number} value @param {number} bits @param {number} divisor */
function checked(value, bits, divisor) {
  let rest = value;
  for (let at = 0; at < bits; at += 1) rest = (rest << 1) ^ ((rest >> (bits - 1)) * divisor);
  return rest;
}

/** Two columns at a time from the right, up and down by turns. @param {number} size @returns {Generator<[number, number]>} */
function* way(size) {
  for (let right = size - 1, isUp = true; right > 0; right -= 2, isUp = !isUp) {
    if (right === 6) right = 5; // the upright line of the timing pattern
    for (let at = 0; at < size; at += 1) for (const x of [right, right - 1]) yield [x, isUp ? size - 1 - at : at];
  }
}

const LIKE_A_CORNER = ["10111010000", "00001011101"];

/** How hard a code is to read, by the rules of the standard. @param {Modules} modules */
function penalty(modules) {
  const size = modules.length;
  const rows = modules.map((row) => row.map(Number).join(""));
  const columns = modules.map((_, x) => modules.map((row) => Number(row[x])).join(""));
  let worth = 0;
  for (const line of [...rows, ...columns]) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) worth += run.length - 2;
    for (const corner of LIKE_A_CORNER) for (let at = line.indexOf(corner); at >= 0; at = line.indexOf(corner, at + 1)) worth += 40;
  }
  for (let y = 1; y < size; y += 1)
    for (let x = 1; x < size; x += 1)
      if (new Set([rows[y]?.[x], rows[y]?.[x - 1], rows[y - 1]?.[x], rows[y - 1]?.[x - 1]]).size === 1) worth += 3;
  const dark = rows.join("").replaceAll("0", "").length / size ** 2;
  return worth + Math.floor(Math.abs(dark - 0.5) * 20) * 10;
}
