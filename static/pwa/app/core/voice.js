// The voice of the phone: which one speaks a language, and saying something with it.
// @ts-check

const SLOW_MS = 1500; // some phones tell their voices late, and some have none
const CHOSEN = "aloud";

export const canSpeak = "speechSynthesis" in self;

/** Whether the person wants every question read. */
export const isWanted = () => localStorage.getItem(CHOSEN) === "yes";

/** @param {boolean} is */
export function want(is) {
  if (is) localStorage.setItem(CHOSEN, "yes");
  else localStorage.removeItem(CHOSEN);
}

/**
 * The voice for a language: one of the phone's own before one that needs a network.
 * @param {"vi" | "en"} language
 * @returns {Promise<SpeechSynthesisVoice | undefined>}
 */
export async function voiceOf(language) {
  const speaks = (/** @type {SpeechSynthesisVoice} */ { lang }) => lang.toLowerCase().split(/[-_]/)[0] === language;
  const fit = (await voices()).filter(speaks);
  return fit.find((one) => one.localService) ?? fit[0];
}

/** @returns {Promise<SpeechSynthesisVoice[]>} */
function voices() {
  const there = speechSynthesis.getVoices();
  if (there.length) return Promise.resolve(there);
  return new Promise((done) => {
    const tell = () => done(speechSynthesis.getVoices());
    speechSynthesis.addEventListener("voiceschanged", tell, { once: true });
    setTimeout(tell, SLOW_MS);
  });
}

/** @param {string[]} sentences @param {SpeechSynthesisVoice} voice */
export function say(sentences, voice) {
  hush();
  for (const sentence of sentences) {
    const one = new SpeechSynthesisUtterance(sentence);
    one.voice = voice;
    one.lang = voice.lang.replace("_", "-");
    speechSynthesis.speak(one); // one after the other: a long text is cut off by some phones
  }
}

export function hush() {
  speechSynthesis.cancel();
}
