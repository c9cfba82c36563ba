// Logging a step: one question a screen, answers kept as they are given, saved with a tick.
// @ts-check
import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { isoDay } from "../core/clock.js";
import { meta } from "../core/db.js";
import { crateHere, withCrate } from "../core/crates.js";
import { keepDraft, theDraft } from "../core/draft.js";
import { copied, isAnswered, isGrown, makes, noAnswers, questions, takes } from "../core/questions.js";
import { entries, phone, sections } from "../core/reading.js";
import { saidBefore } from "../core/repeats.js";
import { inHand } from "../core/stock.js";
import { stopsBefore, without } from "../core/stops.js";
import { Screen, html, t, useKept, verb } from "../view.js";
import { Aloud } from "./aloud.js";
import { Asked } from "./asking.js";
import { useQuestion } from "./focus.js";
import { Grounds } from "./grounds.js";
import { groundWords } from "./home.js";
import { Buttons } from "./log_foot.js";
import { saveStep } from "./saving.js";
import { Stopped } from "./stopped.js";
import { Spoken } from "./voice.js";

/** @typedef {import("../core/questions.js").Answers} Answers */
/** @typedef {import("../core/questions.js").Ground} Ground */
/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").Kind} Kind */
/** @typedef {import("../types.js").Sections} Sections */
/** @typedef {import("../core/draft.js").Draft} Draft */

const CRATE = "crate:"; // before the mark of a crate in the address
const MORE = "+";

/** @param {{args: string[]}} props */
export default function Log({ args: [id = "", ...rest] }) {
  const given = rest.length ? rest.join("/") : undefined;
  const read = async () => {
    const [kept, saved, who, ground, draft, batches] = await Promise.all([sections(), entries(), phone(), meta("ground"), theDraft(), inHand()]);
    const crate = given?.includes(CRATE) ? (await crateHere(given.slice(given.indexOf(CRATE) + CRATE.length))).crate : undefined;
    const here = groundWords(kept, /** @type {Ground | undefined} */ (ground))?.ground;
    return { kept: { ...kept, batches }, saved, who, here, draft, crate };
  };
  const found = useKept(read, [id]);
  const kind = found?.kept.step_kinds.find((one) => one.id === id);
  if (!found) return html`<${Screen} title="" back="#/" />`;
  if (!kind || !found.who) return html`<${Screen} title=${t("not_found")} back="#/"><p class="empty">${t("not_found.why")}</p><//>`;
  return html`<${Flow} key=${id} kind=${kind} given=${given} ...${found} />`;
}

/**
 * What is answered already: by the draft, and by the goods that the address gives; behind a + they
 * come to those of the draft.
 * @param {Opened} opened
 * @returns {Answers}
 */
function beginning({ kept, here, draft, kind, given, crate }) {
  const isMore = given?.startsWith(MORE);
  if (draft?.kind === kind.id && !given) return draft.answers;
  const answers = draft?.kind === kind.id && isMore ? { ...draft.answers } : { ...noAnswers(), grounds: here ? [here] : [] };
  if (crate) Object.assign(answers, withCrate(kind, answers, crate, kept.batches));
  if (crate && kind.id === "disaggregate") answers.fields = { container: crate.mark.toUpperCase(), ...answers.fields };
  const batch = kept.batches.find((one) => one.batch_id === (isMore ? given?.slice(1) : given));
  if (batch && ![...answers.lines, ...answers.about].some((one) => one.batch_id === batch.batch_id)) {
    const { producer_id, batch_id, uom } = batch;
    if (takes(kind)) answers.lines = [...answers.lines, { producer_id, batch_id, uom, quantity: "" }];
    else answers.about = [...answers.about, { producer_id, batch_id }];
  }
  if (kept.shipments.some((one) => one.event_id === given)) answers.ship_event_id = given;
  return answers;
}

/** @typedef {{kind: Kind, given?: string, kept: Sections, here?: Ground, draft?: Draft, crate?: import("../types.js").CrateTaken}} Opened */

/** @param {Opened & {saved: Entry[], who: import("../types.js").Phone}} props */
function Flow({ saved, who, ...opened }) {
  const { kind, kept } = opened;
  const [answers, setAnswers] = useState(() => beginning(opened));
  const [at, setAt] = useState(0);
  const [isPicking, setPicking] = useState(false);
  const [told, setTold] = useState(/** @type {string[]} */ ([])); // of what a person says that it is done already
  const [problem, setProblem] = useState("");
  const [isSaving, setSaving] = useState(false);
  const isStarted = useRef(Boolean(opened.given?.startsWith(MORE))); // more goods may be scanned at once
  const finish = useRef(/** @type {import("./voice.js").Finish | undefined} */ (undefined));
  const isSaved = useRef(false); // then there is no draft any more
  const asked = questions(kind, answers, kept);
  const question = asked[Math.min(at, asked.length - 1)];

  // Once an answer is seen it is being kept: an effect after the next frame is dropped where the screen is left before.
  useLayoutEffect(() => {
    if (isStarted.current && !isSaved.current) keepDraft({ kind: kind.id, answers }, who).catch(() => {}); // saving tells what is wrong
    isStarted.current = true;
  }, [answers]);
  useQuestion(at);
  useEffect(() => void import("./saved.js"), []); // so that the tick waits for nothing

  /** @param {Partial<Answers>} change @param {boolean} [goesOn] */
  const set = (change, goesOn = false) => {
    const next = { ...answers, ...change };
    setAnswers(next);
    const after = questions(kind, next, kept);
    if (goesOn && after.slice(at + 1).some((one) => one.required && !isAnswered(one, next, kind))) setAt(at + 1);
  };
  const save = async (withFiles = true) => {
    setSaving(true);
    const voice = (await finish.current?.()) ?? answers.voice; // somebody may still be speaking
    isSaved.current = true;
    const wrong = await saveStep(kind, { ...answers, ...(withFiles ? { voice } : { photos: [], voice: undefined }) }, kept, who);
    if (!wrong) return; // the tick is on its way
    isSaved.current = false;
    setSaving(false);
    setProblem(wrong);
  };
  const back = at > 0 ? () => setAt(at - 1) : "#/";
  const where = isGrown(kind) ? groundWords(kept, answers.grounds[0])?.short : "";
  const title = [verb(kind), answers.grounds.length > 1 && isGrown(kind) ? t("log.plots", { count: answers.grounds.length }) : where].filter(Boolean).join(" · ");

  const stops = stopsBefore(kind, answers, kept, saved, isoDay(new Date())).filter((one) => !told.includes(one.id));
  if (stops.length && !isPicking) {
    const happened = () => setTold([...told, ...stops.map((one) => one.id)]);
    const other = () => (set(without(answers, stops)), setAt(0));
    return html`<${Stopped} title=${title} stops=${stops} happened=${happened} other=${other} />`;
  }
  if (isPicking) {
    const isOne = makes(kind);
    return html`<${Grounds} kept=${kept} chosen=${answers.grounds} isOne=${isOne} done=${(/** @type {Ground[]} */ grounds) => {
      set({ grounds });
      setPicking(false);
    }} />`;
  }
  const before = saidBefore(kind.id, kept, saved, who);
  const last = copied(kind, before?.fields ?? {});
  const buttons = { kind, asked, at, answers, set, setAt, save, problem, isSaving };
  return html`<${Screen} title=${title} back=${back} foot=${html`<${Buttons} ...${buttons} />`}>
    ${at === 0 && Object.keys(last).length > 0 && Object.keys(answers.fields).length === 0 &&
    html`<button class="again" onClick=${() => set({ fields: last, ...(before ? { copied_from: before.event_id } : {}) })}>${t("log.same")}</button>`}
    ${question
      ? html`<${Asked} key=${question.id} question=${question} kind=${kind} answers=${answers} kept=${kept} set=${set} />`
      : html`<h2>${t("log.nothing_to_ask")}</h2>`}
    ${at === 0 && isGrown(kind) &&
    html`<button class="quiet" onClick=${() => setPicking(true)}>${t(makes(kind) ? "log.other_plot" : "log.more_plots")}</button>`}
    <${Spoken} answers=${answers} set=${set} finish=${finish} />
    <${Aloud} about=${question?.id} />
  <//>`;
}
