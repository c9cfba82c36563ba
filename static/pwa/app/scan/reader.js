// Reading codes: with the browser's own detector where it truly reads, else with the library.
// @ts-check

/** @typedef {ImageBitmap | HTMLVideoElement | HTMLCanvasElement} Source */
/** @typedef {{detect(source: Source): Promise<{rawValue: string}[]>}} Detector */
/** @typedef {{new (options: {formats: string[]}): Detector, getSupportedFormats(): Promise<string[]>}} DetectorClass */
/** @typedef {(source: Source, width: number, height: number) => Promise<string | undefined>} Read */

const WASM = "/static/pwa/vendor/zxing/zxing_reader.wasm";
const FORMATS = ["qr_code", "data_matrix", "ean_13", "code_128"];
const WIDTHS = [640, 1280]; // by turns: small codes need the large one, and the small one is quick

/** @type {Promise<Read> | undefined} */
let reader;

/** @returns {Promise<Read>} */
export function theReader() {
  reader ??= native()
    .then((found) => found ?? library())
    .catch((error) => {
      reader = undefined; // the library was not here yet: the next one tries again
      throw error;
    });
  return reader;
}

/** @returns {Promise<Read | undefined>} */
async function native() {
  const BarcodeDetector = /** @type {{BarcodeDetector?: DetectorClass}} */ (/** @type {unknown} */ (window)).BarcodeDetector;
  // Some browsers have the name and read nothing.
  const formats = (await BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (!BarcodeDetector || !formats.includes("qr_code")) return undefined;
  const detector = new BarcodeDetector({ formats: FORMATS.filter((one) => formats.includes(one)) });
  return async (source) => (await detector.detect(source))[0]?.rawValue;
}

/** @returns {Promise<Read>} */
async function library() {
  const { prepareZXingModule, readBarcodes } = await import("../../vendor/zxing/reader/index.js");
  // Its own habit would be to fetch from another host, which neither the policy nor a field allows.
  prepareZXingModule({ overrides: { locateFile: () => WASM } });
  const canvas = document.createElement("canvas");
  let turn = 0;
  return async (source, width, height) => {
    const widest = /** @type {number} */ (WIDTHS[(turn += 1) % WIDTHS.length]);
    const scale = Math.min(1, widest / Math.max(width, 1));
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context || !canvas.width || !canvas.height) return undefined;
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    const [found] = await readBarcodes(pixels, { tryHarder: true, maxNumberOfSymbols: 1, formats: ["QRCode", "DataMatrix", "EAN13", "Code128"] });
    return found?.text;
  };
}

/** Read the code on a photo; each size is tried. @param {Blob} file */
export async function readPicture(file) {
  try {
    const picture = await createImageBitmap(file);
    const read = await theReader();
    for (let time = 0; time < WIDTHS.length; time += 1) {
      const text = await read(picture, picture.width, picture.height);
      if (text) return text;
    }
  } catch {
    return undefined; // no picture, or one that this browser cannot open
  }
  return undefined;
}
