// From a text to the codewords of a QR code (ISO/IEC 18004): letters and digits in capitals take
// less room than others, so a text is parted once where its plain end begins.
// @ts-check

const PLAIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/** By level, and version from 1: codewords that correct a block, and blocks. */
const LEVELS = {
  L: {
    correcting: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28],
    blocks: [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8],
  },
  M: {
    correcting: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26],
    blocks: [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16],
  },
};
const LARGEST = 20;

/** @typedef {"L" | "M"} Level */
/** @typedef {{isPlain: boolean, bytes: Uint8Array, text: string}} Part */

/** How many modules of a version hold data, in whole codewords. @param {number} version */
function room(version) {
  const lines = Math.floor(version / 7) + 2; // of the pattern that helps to find the modules
  const patterns = version < 2 ? 0 : (25 * lines - 10) * lines - 55;
  return Math.floor(((16 * version + 128) * version + 64 - patterns - (version < 7 ? 0 : 36)) / 8);
}

/** @param {string} text @returns {Part[]} */
function parts(text) {
  let at = text.length;
  while (at > 0 && PLAIN.includes(text.charAt(at - 1))) at -= 1;
  const part = (/** @type {string} */ one, /** @type {boolean} */ isPlain) => ({ isPlain, text: one, bytes: new TextEncoder().encode(one) });
  return [part(text.slice(0, at), false), part(text.slice(at), true)].filter((one) => one.text);
}

/** @param {Part[]} all @param {number} version */
function bitsOf(all, version) {
  /** @type {number[]} */
  const bits = [];
  const put = (/** @type {number} */ value, /** @type {number} */ count) => {
    for (let at = count - 1; at >= 0; at -= 1) bits.push((value >> at) & 1);
  };
  for (const { isPlain, bytes, text } of all) {
    put(isPlain ? 2 : 4, 4);
    put(isPlain ? text.length : bytes.length, isPlain ? (version < 10 ? 9 : 11) : version < 10 ? 8 : 16);
    if (!isPlain) for (const byte of bytes) put(byte, 8);
    else for (let at = 0; at < text.length; at += 2) {
      const [one, other] = [PLAIN.indexOf(text.charAt(at)), PLAIN.indexOf(text.charAt(at + 1))];
      if (at + 1 < text.length) put(one * 45 + other, 11);
      else put(one, 6);
    }
  }
  return bits;
}

/**
 * The smallest version that holds a text, at the better level where that takes no more room.
 * @param {string} text
 * @returns {{version: number, level: Level, codewords: Uint8Array}}
 */
export function encode(text) {
  const all = parts(text);
  for (let version = 1; version <= LARGEST; version += 1) {
    const bits = bitsOf(all, version);
    for (const level of /** @type {Level[]} */ (["M", "L"])) {
      const { correcting, blocks } = forVersion(level, version);
      const holds = room(version) - correcting * blocks;
      if (bits.length <= holds * 8) return { version, level, codewords: woven(filled(bits, holds), level, version) };
    }
  }
  throw new RangeError("too long for a code");
}

/** @param {Level} level @param {number} version */
function forVersion(level, version) {
  const { correcting, blocks } = LEVELS[level];
  return { correcting: /** @type {number} */ (correcting[version - 1]), blocks: /** @type {number} */ (blocks[version - 1]) };
}

/** End the bits and fill up what is left. @param {number[]} bits @param {number} count of codewords */
function filled(bits, count) {
  const data = new Uint8Array(count);
  bits.forEach((bit, at) => (data[at >> 3] = /** @type {number} */ (data[at >> 3]) | (bit << (7 - (at & 7)))));
  const ended = Math.min(Math.ceil((bits.length + 4) / 8), count);
  for (let at = ended; at < count; at += 1) data[at] = (at - ended) % 2 ? 0x11 : 0xec;
  return data;
}

/** Part the data into blocks, add what corrects each, and weave them. @param {Uint8Array} data @param {Level} level @param {number} version */
function woven(data, level, version) {
  const { correcting, blocks } = forVersion(level, version);
  const short = Math.floor(data.length / blocks);
  const long = data.length % blocks; // so many blocks at the end have one codeword more
  const divisor = generator(correcting);
  let from = 0;
  const cut = Array.from({ length: blocks }, (_, at) => {
    const part = data.slice(from, (from += short + (at >= blocks - long ? 1 : 0)));
    return { part, rest: remainder(part, divisor) };
  });
  const found = [];
  for (let at = 0; at <= short; at += 1) for (const { part } of cut) if (at < part.length) found.push(part[at] ?? 0);
  for (let at = 0; at < correcting; at += 1) for (const { rest } of cut) found.push(rest[at] ?? 0);
  return Uint8Array.from(found);
}

/** In the field of 256 with x^8 + x^4 + x^3 + x^2 + 1. @param {number} one @param {number} other */
function times(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) product = ((product << 1) ^ ((product >> 7) * 0x11d)) ^ (((other >> bit) & 1) * one);
  return product;
}

/** @param {number} degree */
function generator(degree) {
  const found = new Uint8Array(degree);
  found[degree - 1] = 1;
  for (let power = 0, root = 1; power < degree; power += 1, root = times(root, 2)) {
    for (let at = 0; at < degree; at += 1) found[at] = times(found[at] ?? 0, root) ^ (found[at + 1] ?? 0);
  }
  return found;
}

/** @param {Uint8Array} data @param {Uint8Array} divisor */
function remainder(data, divisor) {
  const rest = Array.from(divisor, () => 0);
  for (const byte of data) {
    const factor = byte ^ /** @type {number} */ (rest.shift());
    rest.push(0);
    divisor.forEach((one, at) => (rest[at] = (rest[at] ?? 0) ^ times(one, factor)));
  }
  return rest;
}
