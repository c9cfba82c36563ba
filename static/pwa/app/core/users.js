// Who logs on a phone that several use: the desk says who may, the person chooses.
// @ts-check
import { changed, setMeta } from "./db.js";
import { enrolled, sections } from "./reading.js";

/** @typedef {import("../types.js").PhoneUser} PhoneUser */

/** Those who may log on this phone, its own person first; one alone where nobody else does. @returns {Promise<PhoneUser[]>} */
export async function usersHere() {
  const [own, kept] = await Promise.all([enrolled(), sections()]);
  if (!own) return [];
  return kept.users.length ? kept.users : [{ member_id: own.member.id, name: own.member.name, pin_resets: 0 }];
}

/** From now on this person logs. @param {PhoneUser} user */
export async function choose({ member_id, name }) {
  const own = await enrolled();
  const isOwn = member_id === own?.member.id;
  await setMeta("user", isOwn ? undefined : { member_id, name, phone_of: own?.member.id });
  changed();
}
