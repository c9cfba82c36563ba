// Saying instead of typing: a recording of at most a minute that goes with the step.
// @ts-check
import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { Icon, html, t } from "../view.js";
import "../words/speaking.js";

/** @typedef {import("../core/questions.js").Answers} Answers */
/** @typedef {import("../types.js").KeptVoice} KeptVoice */
/** @typedef {import("../core/recorder.js").Recording} Recording */
/** Ends a recording that goes on, and gives what was said. @typedef {() => Promise<KeptVoice | undefined>} Finish */

const HOLD_MS = 450; // pressed for longer, it records until it is let go
const TICK_MS = 250;

/** @param {number} seconds */
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** @param {{d: string}} props */
const Drawn = ({ d }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${d} /></svg>`;
const MICROPHONE = "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6";
const PLAY = "M7 5v14l11-7z";
const HALT = "M7 7h10v10H7z";

/** @param {{answers: Answers, set: (change: Partial<Answers>) => void, finish: {current: Finish | undefined}}} props */
export function Spoken({ answers, set, finish }) {
  const [problem, setProblem] = useState("");
  const [isAsking, setAsking] = useState(false);
  const [recording, setRecording] = useState(/** @type {Recording | undefined} */ (undefined));
  const give = useRef(set);
  give.current = set; // what was answered while somebody spoke stays
  useEffect(() => {
    if (!recording) return undefined;
    finish.current = () => (recording.stop(), recording.said);
    recording.said.then((voice) => {
      finish.current = undefined;
      setRecording(undefined);
      setProblem(voice ? "" : "voice.short");
      if (voice) give.current({ voice });
    });
    return recording.stop; // whoever leaves the question keeps what was said
  }, [recording]);
  const begin = async () => {
    if (isAsking) return;
    setAsking(true);
    setProblem("");
    try {
      const { canRecord, record } = await import("../core/recorder.js");
      if (canRecord) setRecording(await record());
      else setProblem("voice.unable");
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      setProblem(isRefused ? "voice.denied" : "voice.unable");
    }
    setAsking(false);
  };
  if (answers.voice) return html`<${Listen} voice=${answers.voice} discard=${() => set({ voice: undefined })} /><p class="soft">${t("voice.who")}</p>`;
  return html`
    ${problem && html`<p class="note" role="alert">${t(problem)}</p>`}
    ${problem && html`<${Typed} value=${answers.fields["note"]} write=${(/** @type {string} */ text) => set({ fields: { ...answers.fields, note: text || null } })} />`}
    ${recording ? html`<${Speaking} stop=${recording.stop} />` : html`<${Mouth} isAsking=${isAsking} begin=${begin} />`}
  `;
}

/** @param {{value: unknown, write: (text: string) => void}} props */
function Typed({ value, write }) {
  const here = useRef(/** @type {HTMLLabelElement | null} */ (null));
  useEffect(() => here.current?.scrollIntoView({ block: "center" }), []);
  return html`<label ref=${here}>${t("voice.type")}<textarea class="field" maxlength="1000" value=${value ?? ""}
    onInput=${(/** @type {any} */ event) => write(event.target.value)}></textarea></label>`;
}

/** The button to press or to hold. @param {{isAsking: boolean, begin: () => void}} props */
function Mouth({ isAsking, begin }) {
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  const letGo = () => clearTimeout(timer.current);
  const press = (/** @type {PointerEvent} */ event) => {
    if (event.button) return;
    timer.current = setTimeout(() => {
      addEventListener("pointerup", () => dispatchEvent(new Event("let-go")), { once: true });
      begin();
    }, HOLD_MS);
  };
  useEffect(() => letGo, []);
  return html`<button class="quiet" disabled=${isAsking} style=${{ touchAction: "manipulation", userSelect: "none" }}
    onPointerDown=${press} onPointerUp=${letGo} onPointerCancel=${letGo} onPointerLeave=${letGo}
    onContextMenu=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${begin}>
    <${Drawn} d=${MICROPHONE} />${t(isAsking ? "voice.asking" : "voice.speak")}
  </button>`;
}

/** @param {{stop: () => void}} props */
function Speaking({ stop }) {
  const [seconds, setSeconds] = useState(0);
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => {
    button.current?.focus({ preventScroll: true });
    button.current?.scrollIntoView({ block: "center" }); // not behind what the thumb reaches
  }, []);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setSeconds((performance.now() - began) / 1000), TICK_MS);
    addEventListener("let-go", stop);
    return () => {
      clearInterval(timer);
      removeEventListener("let-go", stop);
    };
  }, [stop]);
  return html`<button class="quiet" ref=${button} onClick=${stop}><${Drawn} d=${HALT} />${t("voice.stop")}<span aria-hidden="true">${clock(seconds)} / 1:00</span></button>
    <p class="note clay" role="status">${t("voice.recording")}</p>`;
}

/** @param {{voice: KeptVoice, discard?: () => void}} props */
export function Listen({ voice, discard }) {
  const [isPlaying, setPlaying] = useState(false);
  const sound = useRef(/** @type {HTMLAudioElement | undefined} */ (undefined));
  useEffect(() => {
    const address = URL.createObjectURL(new Blob([voice.bytes], { type: voice.type }));
    const made = new Audio(address);
    sound.current = made;
    for (const end of ["ended", "pause", "error"]) made.addEventListener(end, () => setPlaying(false));
    return () => {
      made.pause();
      URL.revokeObjectURL(address);
    };
  }, [voice.sha256]);
  const turn = () => {
    const playing = sound.current;
    if (!playing) return;
    if (isPlaying) return playing.pause();
    playing.currentTime = 0;
    playing.play().then(() => setPlaying(true), () => setPlaying(false));
  };
  return html`<div class="pair">
    <button class="quiet" aria-pressed=${isPlaying} onClick=${turn}><${Drawn} d=${isPlaying ? HALT : PLAY} />${t(isPlaying ? "voice.pause" : "voice.listen")} ${clock(voice.seconds)}</button>
    ${discard && html`<button class="quiet" onClick=${discard}><${Icon} name="x" />${t("voice.delete")}</button>`}
  </div>`;
}
