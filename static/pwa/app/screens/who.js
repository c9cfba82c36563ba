// Who logs on a phone of several people: a name, and the PIN that says it is hers.
// @ts-check
import { useEffect, useState } from "../../vendor/hooks.js";
import { hasPin, isRight, setPin, waitFor } from "../core/pins.js";
import { phone } from "../core/reading.js";
import { choose, usersHere } from "../core/users.js";
import { Icon, Screen, html, t, useKept } from "../view.js";
import { Pin } from "./pin.js";
import "../words/who.js";

/** @typedef {import("../types.js").PhoneUser} PhoneUser */

async function read() {
  const [who, users] = await Promise.all([phone(), usersHere()]);
  const now = users.find((one) => one.member_id === who?.member.id);
  return { who, users, now, mustSet: Boolean(now && users.length > 1 && !(await hasPin(now))) };
}

export default function Who() {
  const found = useKept(read);
  const [chosen, setChosen] = useState(/** @type {PhoneUser | undefined} */ (undefined));
  const [isNotMe, setNotMe] = useState(false);
  if (!found?.who) return html`<${Screen} title=${t("who.title")} back="#/" />`;
  const { who, users, now, mustSet } = found;
  const back = who.isGone ? undefined : "#/";
  if (chosen) return html`<${Prove} key=${chosen.member_id} user=${chosen} back=${() => setChosen(undefined)} />`;
  if (now && mustSet && !isNotMe) {
    return html`<${Setting} user=${now} back=${back} why=${t("who.first", { name: now.name })} done=${() => setNotMe(true)}>
      <button class="quiet" onClick=${() => setNotMe(true)}>${t("who.not_me", { name: now.name })}</button>
    <//>`;
  }
  return html`<${Screen} title=${t("who.title")} back=${back}>
    ${who.isGone && html`<p class="note" role="alert">${t("who.gone", { name: who.member.name })}</p>`}
    <h2>${t("who.choose")}</h2>
    <div class="list">
      ${users.map((one) => html`<button class="opt" aria-pressed=${one === now} onClick=${() => setChosen(one)}>
        <${Icon} name="user" /><span>${one.name}${one === now && html`<small>${t("who.now")}</small>`}</span><${Icon} name="chevron-right" />
      </button>`)}
    </div>
  <//>`;
}

/** @param {PhoneUser} user */
async function begin(user) {
  await choose(user);
  location.replace("#/");
}

/** The PIN of somebody; without one they set theirs. @param {{user: PhoneUser, back: () => void}} props */
function Prove({ user, back }) {
  const isSet = useKept(() => hasPin(user), []);
  const [told, setTold] = useState("");
  const [wait, setWait] = useState(0);
  const look = () => waitFor(user).then(setWait);
  useEffect(() => {
    look();
    const clock = setInterval(look, 1000);
    return () => clearInterval(clock);
  }, []);
  if (isSet === undefined) return html`<${Screen} title=${user.name} back=${back} />`;
  if (!isSet) return html`<${Setting} user=${user} back=${back} done=${() => begin(user)} />`;
  const give = async (/** @type {string} */ pin) => {
    if (await isRight(user, pin)) return begin(user);
    setTold(t("who.wrong"));
    return look();
  };
  const said = wait ? t("who.wait", { seconds: Math.ceil(wait / 1000) }) : told;
  return html`<${Screen} title=${user.name} back=${back}>
    <${Pin} title=${t("who.pin", { name: user.name })} told=${said} isOff=${wait > 0} give=${give} />
    <p class="soft">${t("who.forgot")}</p>
  <//>`;
}

/** Somebody sets their PIN, typed twice. @param {{user: PhoneUser, back?: string | (() => void), why?: string, done: () => unknown, children?: any}} props */
function Setting({ user, back, why, done, children }) {
  const [first, setFirst] = useState("");
  const [told, setTold] = useState("");
  const give = async (/** @type {string} */ pin) => {
    setTold("");
    if (!first) return setFirst(pin);
    if (first === pin) return setPin(user, pin).then(done);
    setFirst("");
    return setTold(t("who.differs"));
  };
  return html`<${Screen} title=${user.name} back=${back}>
    ${why && !first && html`<p class="note">${why}</p>`}
    <${Pin} key=${first ? "again" : "set"} title=${t(first ? "who.again" : "who.set")} told=${told} give=${give} />
    ${children}
    <p class="soft">${t("who.set.why")}</p>
  <//>`;
}
