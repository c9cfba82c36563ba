// Words about slips of hand-overs and the answers to them, in both languages: loaded with the screens that say them.
// @ts-check
import { learn } from "../view.js";

learn({
  "slip.title": { vi: "Phiếu giao hàng", en: "Delivery slip" },
  "slip.code": { vi: "Mã của phiếu giao hàng", en: "Code of the delivery slip" },
  "slip.let_scan": {
    vi: "Bên nhận mở Traceapp, bấm Quét rồi quét mã này. Hai máy không cần mạng.",
    en: "The receiver opens Traceapp, presses Scan and scans this code. Neither phone needs a network.",
  },
  "slip.scan_answer": { vi: "Quét mã trả lời", en: "Scan the answer" },
  "slip.received": { vi: "Đã nhận {amount}", en: "Received {amount}" },
  "slip.handed_over": { vi: "Bạn đã giao", en: "You handed over" },
  "slip.later": { vi: "Xác nhận khi có mạng lại.", en: "Confirmed when the network is back." },
  "slip.waits": { vi: "Máy chủ đã giữ, đang chờ máy bên kia.", en: "The server has it and waits for the other phone." },
  "slip.confirmed": { vi: "Máy chủ đã xác nhận.", en: "The server has confirmed it." },
  "slip.drop": { vi: "Bỏ mã trả lời này", en: "Drop this answer" },
  "slip.too_large": {
    vi: "Nhiều lô quá, không vừa một mã. Hãy ghi thành hai lần giao, hoặc để bên nhận xác nhận khi có mạng.",
    en: "Too many lots for one code. Log two hand-overs, or let the receiver confirm when there is a network.",
  },
  "slip.nothing": { vi: "không nhận", en: "not received" },
  "slip.from": { vi: "Bên giao:", en: "From:" },
  "slip.from_giver": { vi: "Nhận từ {giver}", en: "From {giver}" },
  "slip.as_offered": { vi: "Đúng {amount} {unit} như phiếu ghi", en: "{amount} {unit}, as the slip says" },
  "slip.checked_later": {
    vi: "Chữ ký của phiếu được kiểm tra khi có mạng lại.",
    en: "The signature of the slip is checked when the network is back.",
  },
  "slip.unreadable": {
    vi: "Mã này không đọc được. Quét lại trên máy bên kia.",
    en: "This code cannot be read. Scan it once more on the other phone.",
  },
  "slip.join": {
    vi: "Máy này chưa vào cơ sở nào nên chưa ghi nhận hàng được.",
    en: "This phone has not joined a business yet, so it cannot record what arrives.",
  },
  "slip.own": { vi: "Đây là phiếu của chính máy này. Hãy để bên nhận quét.", en: "This is a slip of this very phone. Let the receiver scan it." },
  "slip.before": { vi: "Máy này đã ghi nhận chuyến hàng này rồi.", en: "This phone has recorded this delivery already." },
  "slip.not_here": { vi: "Phiếu này giao cho nơi khác, không phải chỗ của bạn.", en: "This slip is for another place, not one of yours." },
  "slip.answer_of_another": { vi: "Mã trả lời này không thuộc phiếu nào của máy này.", en: "This answer belongs to no slip of this phone." },
  "slip.answered_before": {
    vi: "Phiếu này đã có mã trả lời trước đó, mã đầu tiên được giữ.",
    en: "This slip was answered before; the first answer stands.",
  },
  "answer.title": { vi: "Mã trả lời", en: "Your answer" },
  "answer.code": { vi: "Mã trả lời cho bên giao", en: "Answer for the giver" },
  "answer.let_scan": {
    vi: "Đưa mã này cho {giver} quét: bên giao biết ngay bạn đã nhận bao nhiêu.",
    en: "Let {giver} scan this code: the giver then knows how much you received.",
  },
  "answer.waits": { vi: "Máy chủ đã giữ, đang chờ máy bên giao gửi.", en: "The server has it and waits for the giver’s phone." },
});
