// The first screen: who this is, where they stand, and a tile for each thing they do.
// @ts-check
import { meta } from "../core/db.js";
import { phone, sections, unsent } from "../core/reading.js";
import { Icon, Screen, html, t, two, useKept, verb } from "../view.js";

/** @typedef {import("../types.js").Sections} Sections */
/** @typedef {import("../types.js").Kind} Kind */
/** @typedef {{site_id: string, plot_id?: string, season_id?: string}} Ground */

const TILES = 5; // and one that leads to all others
const OLD_DAYS = 2; // unsent steps older than this want a person's attention

async function read() {
  const [who, kept, waiting, ground, sync] = await Promise.all([
    phone(),
    sections(),
    unsent(),
    /** @type {Promise<Ground | undefined>} */ (meta("ground")),
    /** @type {Promise<{problem: string | null, at: number} | undefined>} */ (meta("sync")),
  ]);
  return { who, kept, waiting, ground, sync };
}

const readAgain = () => import("../core/repeats.js").then(({ lastTime }) => lastTime());

/** Products this person keeps that were stopped since they last looked. */
const readNews = async () => (await (await import("../core/products.js")).keptProducts()).filter((one) => one.isNews);

export default function Home() {
  const kept = useKept(read);
  const isThere = Boolean(kept); // the rest comes after: it reads the whole outbox
  const again = useKept(async () => (isThere ? readAgain() : undefined), [isThere]);
  const news = useKept(async () => (isThere ? readNews() : []), [isThere]);
  if (!kept?.who) return html`<${Screen} title="Traceapp" tab="log" />`;
  const { who, waiting, sync } = kept;
  return html`<${Screen} title=${`${who.member.name} · ${who.producer.name}`} tab="log">
    ${news?.map((one) => html`<a class="pill bad" role="alert" href=${`#/product/${one.code}`}>
      <${Icon} name="warning" /><span>${two(one.told.product?.name)}<small>${t(`product.${one.told.state.state}`)}</small></span><${Icon} name="chevron-right" /></a>`)}
    <${Waiting} waiting=${waiting} problem=${sync?.problem} oldest=${again?.oldest} />
    <${Here} kept=${kept.kept} ground=${kept.ground} />
    <${Tiles} kinds=${kept.kept.step_kinds} />
    ${again?.kind &&
    html`<a class="again" href=${`#/again/${again.kind.id}`}>
      <${Icon} name="history" />${t("home.again", { verb: verb(again.kind), count: again.grounds.length })}
    </a>`}
    ${kept.kept.users.length > 1 && html`<a class="quiet" href="#/who"><${Icon} name="user" />${t("home.other")}</a>`}
    <a class="quiet" href="#/settings"><${Icon} name="settings" />${t("settings.title")}</a>
  <//>`;
}

/** @param {{waiting: {withAnswers: number, needing: number}, problem?: string | null, oldest?: number}} props */
function Waiting({ waiting, problem, oldest = Infinity }) {
  const isOld = Date.now() - oldest > OLD_DAYS * 24 * 3600 * 1000;
  const tone = problem === "revoked" || waiting.needing || (waiting.withAnswers && isOld) ? "bad" : waiting.withAnswers ? "" : "ok";
  const word = problem === "revoked" ? "home.revoked" : waiting.withAnswers ? (waiting.needing ? "home.needing" : "home.unsent") : "home.all_sent";
  return html`<a class=${`pill ${tone}`} href="#/outbox">
    <${Icon} name=${waiting.withAnswers ? "upload" : problem === "revoked" ? "warning" : "circle-check"} />
    <span>${t(word, { count: waiting.needing || waiting.withAnswers })}</span><span>${t("home.see")}</span>
  </a>`;
}

/** The place that steps are about: a plot with what grows there, or a site. @param {{kept: Sections, ground?: Ground}} props */
function Here({ kept, ground }) {
  const found = groundWords(kept, ground);
  if (!found) return null;
  return html`<a class="opt" href="#/place">
    <${Icon} name="map-pin" />
    <div>${found.name}<small>${found.more}</small></div>
    <${Icon} name="chevron-right" />
  </a>`;
}

/**
 * Say which ground is meant; without a choice yet it is the first.
 * @param {Sections} kept
 * @param {Ground} [ground]
 */
export function groundWords(kept, ground) {
  const usual = ground ?? kept.seasons.find((one) => !one.ended_on) ?? kept.seasons[0];
  const place = kept.places.find((one) => one.site_id === usual?.site_id) ?? kept.places[0];
  if (!place) return undefined;
  const plot = place.plots.find((one) => one.plot_id === usual?.plot_id) ?? (usual ? undefined : place.plots[0]);
  const season = plot && seasonOf(kept, plot.plot_id);
  const name = plot ? (season?.name.includes(plot.name) ? season.name : [plot.name, season?.name].filter(Boolean).join(" · ")) : place.name;
  const age = season?.started_on ? t("home.sown", { days: daysSince(season.started_on) }) : place.commune;
  const more = [age, plot ? place.name : ""].filter(Boolean).join(" · ");
  return { name, more, short: plot?.name ?? place.name, ground: { site_id: place.site_id, plot_id: plot?.plot_id, season_id: season?.season_id } };
}

/** How many days ago a day was. @param {string} day */
function daysSince(day) {
  const [year = 0, month = 1, date = 1] = day.slice(0, 10).split("-").map(Number);
  const now = new Date();
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((today.getTime() - new Date(year, month - 1, date).getTime()) / (24 * 3600 * 1000));
}

/** What grows on a plot now, else what grew there last. @param {Sections} kept @param {string} plot_id */
export function seasonOf(kept, plot_id) {
  const all = kept.seasons.filter((one) => one.plot_id === plot_id);
  return all.find((one) => !one.ended_on) ?? all[0];
}

/** @param {{kinds: Kind[]}} props */
function Tiles({ kinds }) {
  if (!kinds.length) return html`<p class="empty">${t("home.no_snapshot")}</p>`;
  const shown = kinds.slice(0, kinds.length === TILES + 1 ? TILES + 1 : TILES);
  return html`<div class="tiles">
    ${shown.map((kind) => html`<${Tile} kind=${kind} />`)}
    ${kinds.length > shown.length &&
    html`<a class="tile" href="#/kinds"><${Icon} name="more" />${t("home.more")}</a>`}
  </div>`;
}

/** @param {{kind: Kind}} props */
export function Tile({ kind }) {
  const go = kind.stock_effect === "create" ? "tile go" : "tile";
  const href = kind.id === "print_labels" ? "#/batches/labels" : `#/log/${kind.id}`; // the labels themselves, not a word of them
  return html`<a class=${go} href=${href}><${Icon} name=${kind.icon} />${verb(kind)}</a>`;
}
