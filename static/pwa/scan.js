// Reading codes from a photo, in browsers that can do it themselves. Elsewhere the words beside
// it stand alone: the phone's own camera reads the code.
// @ts-check

/**
 * @typedef {{detect(source: ImageBitmap): Promise<{rawValue: string}[]>}} Detector
 * @typedef {{new (options: {formats: string[]}): Detector, getSupportedFormats(): Promise<string[]>}} DetectorClass
 */

/**
 * Show the field for a photo, where this browser can read codes.
 * @param {HTMLElement} place holds the file field and, in [data-scan-none], what to say without a code
 * @param {(found: string[]) => void} use takes what the codes of a photo say, one at least
 */
export async function offer(place, use) {
  const BarcodeDetector = /** @type {{BarcodeDetector?: DetectorClass}} */ (
    /** @type {unknown} */ (window)
  ).BarcodeDetector;
  // Some browsers have the name and read nothing.
  if (!BarcodeDetector || !(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  const field = place.querySelector("input");
  const none = place.querySelector("[data-scan-none]");
  if (!field || !(none instanceof HTMLElement)) return;
  place.hidden = false;
  field.addEventListener("change", async () => {
    const [photo] = field.files ?? [];
    if (!photo) return;
    none.hidden = true;
    const found = await read(new BarcodeDetector({ formats: ["qr_code"] }), photo);
    if (found.length === 0) none.hidden = false;
    else use(found);
    field.value = ""; // the same photo again is another one
  });
}

/**
 * @param {Detector} detector
 * @param {File} photo
 * @returns {Promise<string[]>}
 */
async function read(detector, photo) {
  try {
    const codes = await detector.detect(await createImageBitmap(photo));
    return codes.map((code) => code.rawValue);
  } catch {
    return []; // no picture, or one that this browser cannot open
  }
}
