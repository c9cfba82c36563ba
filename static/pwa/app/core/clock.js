// Times as this phone claims them: local, with the offset, so that the civil day is right.
// @ts-check

export const DAY_MS = 24 * 3600 * 1000;

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/** @param {Date} at */
export function isoDay(at) {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** @param {Date} at */
export function isoMoment(at) {
  const offset = -at.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const away = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `${isoDay(at)}T${time}${away}`;
}

/**
 * @param {string} day
 * @param {number} days
 */
export function daysAfter(day, days) {
  const [year = 0, month = 1, date = 1] = day.slice(0, 10).split("-").map(Number);
  return isoDay(new Date(year, month - 1, date + days));
}
