// The plots in the order of their distance from where the person stands. Asked for by a button:
// nobody is asked for their position without wanting it, and it never leaves the phone.
// @ts-check

/** @typedef {{spot: {lat?: number | null, lon?: number | null}}} Located */

const PATIENCE_MS = 8000;

/**
 * How far places are from here; nothing where the position is not told.
 * @returns {Promise<{away: (one: Located) => number} | undefined>}
 */
export async function near() {
  /** @type {GeolocationPosition | undefined} */
  const position = await new Promise((found) => {
    if (!navigator.geolocation) return found(undefined);
    const wishes = { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 60_000 };
    return navigator.geolocation.getCurrentPosition(found, () => found(undefined), wishes);
  });
  if (!position) return undefined;
  const { latitude, longitude } = position.coords;
  const narrowing = Math.cos((latitude * Math.PI) / 180); // a degree of longitude is shorter up here
  return {
    away: ({ spot: { lat, lon } }) =>
      lat == null || lon == null ? Number.MAX_VALUE : Math.hypot(lat - latitude, (lon - longitude) * narrowing),
  };
}
