// Words about what forbids a step, in both languages: loaded with the screens that say them.
// @ts-check
import { learn } from "../view.js";

learn({
  "early.title": { vi: "Chưa đến ngày được hái", en: "Not to be harvested yet" },
  "early.from": { vi: "Được hái từ", en: "Harvest allowed from" },
  "early.why": {
    vi: "Trước ngày đó thuốc còn trong thời gian cách ly, lô hái ra không bán được.",
    en: "Before that day the spray's interval has not passed, and the batch could not be sold.",
  },
  "early.wait": { vi: "Để đến ngày đó", en: "Wait until then" },
  "early.cut_already": { vi: "Đã hái mất rồi, vẫn ghi", en: "Already cut, log it anyway" },
  "early.if_cut": {
    vi: "Nếu đã hái rồi thì cứ ghi thật: lô sẽ được giữ lại để kiểm tra, chưa in tem.",
    en: "If it is cut already, log what happened: the batch is held to be checked, without labels for now.",
  },
  "nitrogen.title": { vi: "Nên chờ thêm rồi hãy hái", en: "Better to wait before harvesting" },
  "nitrogen.from": { vi: "Nên hái từ", en: "Better from" },
  "nitrogen.why": {
    vi: "Ruộng mới bón đạm. Chờ đến ngày đó thì rau ít nitrat hơn.",
    en: "The plot got nitrogen of late. By that day the leaves hold less nitrate.",
  },
  "nitrogen.cut_already": { vi: "Vẫn hái, ghi tiếp", en: "Harvest all the same" },
  "nitrogen.if_cut": {
    vi: "Hái sớm vẫn ghi được và bán được; ghi chép của lô sẽ nêu việc này.",
    en: "An early harvest is recorded and may be sold; the records of the batch will say so.",
  },
  "stop.held": { vi: "Lô này đang bị giữ", en: "This lot is on hold" },
  "stop.held.do": { vi: "Chủ cơ sở hoặc cán bộ quản lý phải giải tỏa trước.", en: "An owner or an officer must release it first." },
  "stop.recalled": { vi: "Lô này đang bị thu hồi", en: "This lot is being recalled" },
  "stop.recalled.do": {
    vi: "Để riêng và trả lời thông báo thu hồi ở bàn làm việc.",
    en: "Keep it apart and answer the notice of the recall at the desk.",
  },
  "stop.sale_stopped": { vi: "Lô này đang ngừng bán", en: "The sale of this lot is stopped" },
  "stop.sale_stopped.do": {
    vi: "Để riêng. Người thứ hai, hoặc một lần kiểm tra đạt, mới cho bán lại.",
    en: "Keep it apart. A second person, or a check that it passed, allows sale again.",
  },
  "stop.shelf_life": { vi: "Lô này đã hết hạn ngày", en: "This lot expired on" },
  "stop.shelf_life.do": {
    vi: "Không được bán, giao hay đóng gói. Để riêng và ghi bước hủy hàng.",
    en: "It may not be sold, shipped or packed. Put it aside and log that it is thrown away.",
  },
  "stop.withdrawal": { vi: "Được xuất đàn từ", en: "The animals may leave from" },
  "stop.withdrawal.do": {
    vi: "Trước ngày đó vẫn còn trong thời gian ngừng {drug}.",
    en: "Before that day the withdrawal time of {drug} is not over.",
  },
  "stop.a_drug": { vi: "thuốc", en: "a drug" },
  "stop.other_lot": { vi: "Chọn lô khác", en: "Choose another lot" },
  "stop.happened": { vi: "Đã làm mất rồi, vẫn ghi", en: "Already done, log it anyway" },
  "stop.if_happened": {
    vi: "Nếu đã làm rồi thì cứ ghi thật: ghi chép vẫn được nhận, người phụ trách sẽ xem lại.",
    en: "If it is done already, log what happened: the record is taken, and whoever is in charge looks at it.",
  },
  "mark.held": { vi: "Đang bị giữ", en: "On hold" },
  "mark.recalled": { vi: "Đang bị thu hồi", en: "Recalled" },
  "mark.sale_stopped": { vi: "Đang ngừng bán", en: "Sale stopped" },
  "mark.shelf_life": { vi: "Hết hạn ngày {day}", en: "Expired on {day}" },
  "mark.withdrawal": { vi: "Được xuất đàn từ {day}", en: "May leave from {day}" },
});
