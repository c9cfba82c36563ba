// The camera as a reader of codes: looks at frames until one is read, and lets go of the camera.
// @ts-check
import { theReader } from "./reader.js";

const EVERY_MS = 120;

export class Camera {
  /**
   * @param {HTMLVideoElement} video
   * @param {(text: string) => void} found
   */
  constructor(video, found) {
    this.video = video;
    this.found = found;
    /** @type {MediaStream | undefined} */
    this.stream = undefined;
    this.isWanted = true;
  }

  /** Whether the camera could be had; nothing where nobody wants it any more. */
  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1280 } },
        audio: false,
      });
      if (!this.isWanted) return this.stop(); // the person went on while the phone asked
      this.video.srcObject = this.stream;
      await this.video.play();
      this.look(await theReader());
    } catch {
      const { isWanted } = this;
      this.stop();
      return isWanted ? false : undefined;
    }
    return true;
  }

  /** @param {import("./reader.js").Read} read */
  async look(read) {
    while (this.stream) {
      const text = await read(this.video, this.video.videoWidth, this.video.videoHeight).catch(() => undefined);
      if (text && this.stream) {
        navigator.vibrate?.(60);
        this.found(text);
        return;
      }
      await new Promise((go) => setTimeout(go, EVERY_MS));
    }
  }

  stop() {
    this.isWanted = false;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    this.video.srcObject = null;
  }

  hasTorch() {
    const [track] = this.stream?.getVideoTracks() ?? [];
    return Boolean(/** @type {any} */ (track?.getCapabilities?.())?.torch);
  }

  /** @param {boolean} isOn */
  light(isOn) {
    const [track] = this.stream?.getVideoTracks() ?? [];
    track?.applyConstraints({ advanced: [/** @type {any} */ ({ torch: isOn })] }).catch(() => {});
  }
}
