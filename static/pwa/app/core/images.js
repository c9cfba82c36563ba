// Photos as they are kept and sent: at most 1600 px, as JPEG, under the hash of their own bytes.
// @ts-check
import { sha256 } from "./ids.js";

/** @typedef {import("../types.js").KeptPhoto} KeptPhoto */

const LONGEST_PX = 1600;
const QUALITY = 0.82;

/**
 * Make a photo small, and name what it was made from. Throws where the file is no picture.
 * @param {Blob} file
 * @returns {Promise<KeptPhoto>}
 */
export async function prepare(file) {
  const original = await sha256(await file.arrayBuffer());
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
  picture.close();
  const small = await /** @type {Promise<Blob | null>} */ (
    new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY))
  );
  if (!small) throw new Error("this picture cannot be made small");
  // Bytes and no Blob: Safari loses Blobs that it keeps in its database.
  const bytes = await small.arrayBuffer();
  return { sha256: await sha256(bytes), original, bytes, sent: 0 };
}
