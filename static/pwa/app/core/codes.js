// Codes of batches as the eye reads them, and what a scanned text means.
// @ts-check

/** In groups of four: 7K3M-9QRT-2X. @param {string | null | undefined} code */
export function grouped(code) {
  return (code ?? "").replace(/(.{4})(?=.)/g, "$1-");
}

/** A text as it is searched: without accents and capitals. @param {string} text */
export function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
}

const LENGTH = 10;
const OF_STALL = 11; // letters in the code of a stall
const GROUPED = /^\s*\w{4}[\s‐-–-]\w{4}[\s‐-–-]\w{3}\s*$/;
const OF_NOTE = /^\s*\w{4}([\s‐-–-])\w{4}\1\w{4}\s*$/; // the code of a delivery note as it is printed
const HAND_OFF = /^https?:\/\/[^/]+\/h\/([\w-]{22})\/?$/; // as on a delivery note
const ALPHABET = /^[0-9A-HJKMNP-TV-Z]+$/;

/**
 * One of our codes out of what was typed or scanned: bare, grouped, or in an address `/B/<code>`.
 * Crockford's letters: O reads as 0, I and L as 1.
 * @param {string} text
 */
export function batchCode(text) {
  return codeOf(/\/B\/([^/?#]+)/i.exec(text)?.[1] ?? text, LENGTH);
}

/**
 * The code of a stall out of what was typed or scanned: grouped as on its card, or in an address
 * `/S/<code>`. Eleven letters alone may be a supplier's lot.
 * @param {string} text
 */
export function stallCode(text) {
  const behind = /\/S\/([^/?#]+)/i.exec(text)?.[1] ?? GROUPED.exec(text)?.[0];
  return behind && codeOf(behind, OF_STALL);
}

/** A code as it is kept, however it was typed. @param {string} text */
export function plainCode(text) {
  return text.toUpperCase().replace(/[\s‐-–-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

/** @param {string} text @param {number} length */
function codeOf(text, length) {
  const plain = plainCode(text);
  return plain.length === length && ALPHABET.test(plain) ? plain : undefined;
}

/**
 * What a scanned text is: an invitation, a slip of a hand-over, the link or code of a delivery, one of our codes, a stall's, a
 * batch by GTIN and lot, or something of somebody else. A bare text of the length of our codes may be that, too.
 * @param {string} text
 * @returns {{kind: "invite" | "slip" | "hand_off" | "code" | "stall" | "lot" | "other", value: string, gtin?: string}}
 */
export function meaning(text) {
  const invite = /#join=([^&\s]+)/.exec(text)?.[1];
  if (invite) return { kind: "invite", value: invite };
  const slip = /#slip=([A-Z2-7]+)/.exec(text)?.[1];
  if (slip) return { kind: "slip", value: slip };
  const delivery = HAND_OFF.exec(text)?.[1];
  if (delivery) return { kind: "hand_off", value: delivery };
  if (OF_NOTE.test(text)) return { kind: "hand_off", value: plainCode(text) };
  const code = batchCode(text);
  if (code) return { kind: "code", value: code };
  const stall = stallCode(text);
  if (stall) return { kind: "stall", value: stall };
  const link = /\/01\/(\d{8,14})(?:\/10\/([^/?#]+))?/.exec(text);
  const element = /^(?:\]d2|\]C1|\]Q3)?\(?01\)?(\d{14})(?:\D?.*?\(?10\)?([^\u001d(]+))?/.exec(text);
  const found = link ?? element;
  if (found?.[2]) return { kind: "lot", value: decodeURIComponent(found[2]), gtin: found[1] ?? "" };
  return { kind: "other", value: text.trim() };
}
