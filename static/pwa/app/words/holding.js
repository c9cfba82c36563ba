// Words about what did not fit on the phone, in both languages: loaded with the screens that say them.
// @ts-check
import { learn } from "../view.js";

learn({
  "left.receivers": { vi: "Máy không giữ hết tên nơi nhận. Không thấy thì gõ tên.", en: "Not all names of receivers fit on the phone. If one is missing, type it." },
  "left.batches": { vi: "{count} lô khác không có sẵn trong máy: ghi việc của các lô đó ở bàn làm việc.", en: "{count} more lots do not fit on the phone: log their steps at the desk." },
  "left.title": { vi: "Không có sẵn trong máy", en: "Not on this phone" },
  "left.of.receivers": { vi: "{count} nơi nhận", en: "{count} receivers" },
  "left.of.recent": { vi: "{count} việc mới ghi", en: "{count} recent steps" },
  "left.of.substances": { vi: "{count} tên thuốc, phân", en: "{count} names of sprays and fertilizers" },
  "left.of.people": { vi: "{count} người", en: "{count} people" },
  "left.of.crates": { vi: "{count} thùng", en: "{count} crates" },
  "left.of.shipments": { vi: "{count} chuyến hàng đến", en: "{count} deliveries" },
  "left.of.products": { vi: "{count} sản phẩm", en: "{count} products" },
  "left.of.kinds": { vi: "{count} lần ghi trước", en: "{count} last answers" },
  "left.of.batches": { vi: "{count} lô hàng", en: "{count} lots" },
  "left.of.plots": { vi: "{count} thửa", en: "{count} plots" },
  "left.of.places": { vi: "{count} nơi", en: "{count} places" },
});
