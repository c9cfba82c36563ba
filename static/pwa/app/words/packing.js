// Words about crates, and what lies in them, in both languages: loaded with the screens that say them.
// @ts-check
import { learn } from "../view.js";

learn({
  "crates.start": { vi: "Cộng từng sọt", en: "Add crate by crate" },
  "crates.so_far": { vi: "{count} sọt, sọt đang cân {each} {unit}", en: "{count} crates, this one {each} {unit}" },
  "crates.one_more": { vi: "Thêm {each} {unit}", en: "Add {each} {unit}" },
  "crates.undo": { vi: "Bớt một sọt", en: "Take one off" },
  "crate.title": { vi: "Thùng {mark}", en: "Crate {mark}" },
  "crate.holds": { vi: "Bên trong có", en: "Inside are" },
  "crate.inner": { vi: "Kể cả các thùng nhỏ: {marks}", en: "With the smaller crates in it: {marks}" },
  "crate.none": { vi: "Máy chưa thấy hàng nào của bạn trong thùng này.", en: "This phone knows of no goods of yours in this crate." },
  "crate.unweighed": { vi: "chưa rõ số lượng", en: "amount not known" },
  "crate.leave_out": { vi: "Bỏ ra", en: "Leave out" },
  "crate.scan": { vi: "Quét hoặc gõ mã lô, mã thùng", en: "Scan or type the code of a lot or crate" },
});
