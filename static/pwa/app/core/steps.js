// From what was answered to the messages that are saved and sent.
// @ts-check
import { daysAfter, isoDay, isoMoment } from "./clock.js";
import { uuid7 } from "./ids.js";
import { loggedBy } from "./reading.js";
import { isGrown, isOfShipment, isPacking, makes, productsFor, takes } from "./questions.js";

/** @typedef {import("./questions.js").Answers} Answers */
/** @typedef {import("./questions.js").Ground} Ground */
/** @typedef {import("./records.js").Step} Step */
/** @typedef {import("../types.js").Kind} Kind */
/** @typedef {import("../types.js").Product} Product */
/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {import("../types.js").Sections} Sections */

const KEEPS_AGE = ["trim_wash", "grade", "mix", "merge", "split", "pack", "repack"];
const PACKING = ["pack", "repack"];

/**
 * Make the steps: one for each plot where the work was the same.
 * @param {Kind} kind
 * @param {Answers} given
 * @param {Sections} kept
 * @param {Phone} phone
 * @returns {Step[]}
 */
export function build(kind, given, kept, phone) {
  const now = new Date();
  const answers = { ...given, lines: given.lines.filter((line) => Number(line.quantity) > 0) };
  const crates = answers.crates ?? [];
  const grounds = isGrown(kind) && !makes(kind) ? answers.grounds : answers.grounds.slice(0, 1);
  return grounds.map((ground) => {
    const batches = newBatches(kind, answers, kept, { ground, phone, now });
    const copied_from = ground.copied_from ?? answers.copied_from;
    return {
      ...(copied_from ? { copied_from } : {}),
      ...(crates.length && !isPacking(kind) ? { crates } : {}),
      ...loggedBy(phone),
      title: titleOf(isGrown(kind) ? ground : { site_id: ground.site_id }, answers, kept),
      batches,
      ...(answers.voice ? { voice: answers.voice.sha256 } : {}),
      originals: Object.fromEntries(answers.photos.map((photo) => [photo.sha256, photo.original])),
      event: {
        id: uuid7(),
        step_kind: kind.id,
        event_time: isoMoment(now),
        device_time: isoMoment(now),
        site_id: ground.site_id,
        ...(isGrown(kind) ? groundOf(ground) : {}),
        ...(answers.ship_event_id ? { ship_event_id: answers.ship_event_id } : {}),
        inputs: takes(kind) ? answers.lines : [],
        outputs: outputs(kind, answers, batches),
        about: answers.about,
        fields: fieldsOf(kind, answers),
        photos: answers.photos.map((photo) => photo.sha256),
      },
    };
  });
}

/** @param {Ground} ground */
function groundOf({ plot_id, season_id }) {
  return { ...(plot_id ? { plot_id } : {}), ...(season_id ? { season_id } : {}) };
}

/** @param {Kind} kind @param {Answers} answers */
function fieldsOf(kind, answers) {
  const given = Object.entries(answers.fields).filter(([, value]) => value !== null && value !== "");
  if (kind.id === "aggregate" && answers.crates?.length) {
    const inner = [answers.fields["inner_containers"], ...answers.crates.map((one) => one.mark.toUpperCase())];
    given.push(["inner_containers", inner.filter(Boolean).join(", ")]);
  }
  if (answers.ship_event_id) given.push(["ship_event", answers.ship_event_id]);
  return Object.fromEntries(given);
}

/**
 * @param {Kind} kind
 * @param {Answers} answers
 * @param {import("../types.js").NewBatch[]} batches
 */
function outputs(kind, answers, batches) {
  if (isOfShipment(kind) && answers.ship_event_id) return makes(kind) ? answers.lines : [];
  return batches.map(({ batch_id, uom }) => ({ batch_id, quantity: answers.quantity ?? "0", uom }));
}

/**
 * @param {Kind} kind
 * @param {Answers} answers
 * @param {Sections} kept
 * @param {{ground: Ground, phone: Phone, now: Date}} setting
 */
function newBatches(kind, answers, kept, { ground, phone, now }) {
  if (!makes(kind) || answers.ship_event_id) return [];
  const product = kept.products.find((one) => one.product_id === answers.product_id) ?? productsFor(kind, answers, kept)[0];
  if (!product) return [];
  const made = kind.stock_effect === "move_in" ? {} : dates(kind, product, answers, kept, isoDay(now));
  return [
    {
      batch_id: uuid7(),
      product_id: product.product_id,
      lot: lotOf(product.name, isoDay(now), phone.mark),
      uom: product.uom,
      site_id: ground.site_id,
      ...made,
      ...(product.role === "finished" ? { code: "" } : {}),
    },
  ];
}

/** Initials, day, this phone's mark and the number of the record: CN-2811A37. @param {string} name @param {string} day @param {string} mark */
export function lotOf(name, day, mark) {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d");
  const initials = plain.split(/\s+/).filter((word) => /^[a-z]/i.test(word)).slice(0, 3).map((word) => word[0]);
  return `${initials.join("").toUpperCase() || "L"}-${day.slice(8)}${day.slice(5, 7)}${mark}#`;
}

/**
 * New goods are new, goods only handled as old as the oldest that went in; repacked ones of no age that nobody said.
 * @param {Kind} kind
 * @param {Product} product
 * @param {Answers} answers
 * @param {Sections} kept
 * @param {string} today
 */
function dates(kind, product, answers, kept, today) {
  const used = kept.batches.filter((batch) => KEEPS_AGE.includes(kind.id) && answers.lines.some((line) => line.batch_id === batch.batch_id));
  const typed = (/** @type {string} */ name) => String(answers.fields[name] ?? "");
  const [oldest = kind.id === "repack" ? "" : today] = used.map((batch) => batch.production_date ?? "").filter(Boolean).sort();
  const made = typed("original_production") || oldest;
  const ends = used.map((batch) => batch.expiry_date ?? "").filter(Boolean);
  if (product.shelf_life_days && made) ends.push(daysAfter(made, product.shelf_life_days));
  const expiry_date = typed("original_expiry") || ends.sort()[0];
  const packing = PACKING.includes(kind.id) && { packing_date: typed("pack_date") || today };
  return { ...(made && { production_date: made }), ...packing, ...(expiry_date && { expiry_date }) };
}

/** @param {Ground} ground @param {Answers} answers @param {Sections} kept */
function titleOf(ground, answers, kept) {
  const goods = answers.lines.map((line) => kept.batches.find((batch) => batch.batch_id === line.batch_id)?.name);
  const product = kept.products.find((one) => one.product_id === answers.product_id)?.name;
  const place = kept.places.find((one) => one.site_id === ground.site_id);
  const plot = place?.plots.find((one) => one.plot_id === ground.plot_id)?.name;
  const season = kept.seasons.find((one) => one.season_id === ground.season_id)?.name;
  const taken = goods.find(Boolean);
  const of = typeof taken === "object" ? taken.vi : taken;
  const about = season ?? product ?? of;
  return [plot && about?.includes(plot) ? "" : plot, about, plot ? "" : place?.name].filter(Boolean).join(" · ");
}
