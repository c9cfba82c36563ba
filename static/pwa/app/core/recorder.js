// Recording what somebody says: at most a minute, small enough for a slow line.
// @ts-check
import { sha256 } from "./ids.js";

/** @typedef {import("../types.js").KeptVoice} KeptVoice */

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST_MS = 60_000;
const BITS_A_SECOND = 24_000; // of speech: a minute is 180 kB
const MOST_BYTES = 480_000; // where the phone does as it likes; the server takes 500 kB
const PART_MS = 1000;
const SHORTEST_MS = 700; // less is a finger that slipped

/** A phone that lacks one of these cannot record; nor can a page that came without https. */
export const canRecord = "mediaDevices" in navigator && "MediaRecorder" in window;

/** Where recording goes on: how to end it, and what will then have been said. @typedef {{stop: () => void, said: Promise<KeptVoice | undefined>}} Recording */

/**
 * Begin to record. Throws where nobody allowed it, or there is no microphone. It ends by itself
 * after a minute, and when the app goes to the back: what was said until then is kept.
 * @returns {Promise<Recording>}
 */
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { ...(kind ? { mimeType: kind } : {}), audioBitsPerSecond: BITS_A_SECOND });
  /** @type {Blob[]} */
  const parts = [];
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  const whenHidden = () => document.hidden && stop();
  recorder.addEventListener("dataavailable", ({ data }) => {
    parts.push(data);
    if (parts.reduce((sum, one) => sum + one.size, 0) > MOST_BYTES) stop();
  });
  const ended = new Promise((done) => {
    recorder.addEventListener("stop", done);
    recorder.addEventListener("error", done);
  });
  recorder.start(PART_MS);
  const began = performance.now();
  const timer = setTimeout(stop, LONGEST_MS);
  document.addEventListener("visibilitychange", whenHidden);
  const finish = async () => {
    await ended;
    const took = performance.now() - began;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", whenHidden);
    for (const track of stream.getTracks()) track.stop();
    const bytes = await new Blob(parts).arrayBuffer(); // bytes and no Blob: Safari loses those it keeps
    if (took < SHORTEST_MS || !bytes.byteLength) return undefined;
    const [type = ""] = recorder.mimeType.split(";");
    return { sha256: await sha256(bytes), bytes, sent: 0, type, seconds: Math.max(1, Math.round(took / 1000)) };
  };
  return { stop, said: finish() };
}
