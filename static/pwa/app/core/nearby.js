// The plots in the order of their distance from where the person stands. Asked for by a button:
// nobody is asked for their position without wanting it, and it never leaves the phone.
// @ts-check

/** @typedef {{spot: {lat?: number | null, lon?: number | null}}} Located */
/** How many metres a place is from here, and the one place that this must be. @typedef {{away: (one: Located) => number, nearest: <T extends Located>(all: T[]) => T | undefined}} Near */

const PATIENCE_MS = 8000;
const DEGREE_M = 111_320; // of latitude
const FAR_M = 300; // from the middle of a plot: further away nobody stands on it

/**
 * Where places are from here; nothing where the position is not told.
 * @returns {Promise<Near | undefined>}
 */
export async function near() {
  /** @type {GeolocationPosition | undefined} */
  const position = await new Promise((found) => {
    if (!navigator.geolocation) return found(undefined);
    const wishes = { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 60_000 };
    return navigator.geolocation.getCurrentPosition(found, () => found(undefined), wishes);
  });
  if (!position) return undefined;
  const { latitude, longitude, accuracy } = position.coords;
  const narrowing = Math.cos((latitude * Math.PI) / 180); // a degree of longitude is shorter up here
  const away = (/** @type {Located} */ { spot: { lat, lon } }) =>
    lat == null || lon == null ? Infinity : DEGREE_M * Math.hypot(lat - latitude, (lon - longitude) * narrowing);
  return {
    away,
    nearest: (all) => {
      const [first, second] = [...all].sort((one, other) => away(one) - away(other));
      if (!first || away(first) > FAR_M) return undefined;
      // Another one that is no further off than the position may be wrong could be it as well.
      return !second || away(second) - away(first) > accuracy ? first : undefined;
    },
  };
}
