// Words about being told by push, in both languages: only who asks for it loads them.
// @ts-check

const words = {
  kept: {
    offer: {
      vi: "Muốn biết ngay nếu món này bị ngừng bán hay thu hồi?",
      en: "Want to know at once if this is stopped or recalled?",
    },
    why: {
      vi: "Điện thoại sẽ hỏi bạn có cho gửi thông báo không. Chúng tôi chỉ giữ địa chỉ nhận tin của trình duyệt này và mã của lô hàng, trong 13 tháng; không biết bạn là ai.",
      en: "The phone will ask whether to allow notifications. We keep only where this browser takes messages and the code of the batch, for 13 months; we do not know who you are.",
    },
    ask: { vi: "Báo cho tôi", en: "Tell me" },
    told: {
      vi: "Máy này sẽ được báo nếu món này bị ngừng bán hay thu hồi, và khi cảnh báo được gỡ.",
      en: "This phone is told if this is stopped or recalled, and when that ends.",
    },
  },
  staff: {
    offer: {
      vi: "Muốn biết ngay khi hàng của cơ sở bị ngừng bán hay thu hồi?",
      en: "Want to know at once when goods of your producer are stopped or recalled?",
    },
    why: {
      vi: "Điện thoại sẽ hỏi bạn có cho gửi thông báo không. Diễn tập cũng được báo và luôn ghi rõ DIỄN TẬP.",
      en: "The phone will ask whether to allow notifications. Drills are told too, always marked DRILL.",
    },
    ask: { vi: "Báo cho máy này", en: "Tell this phone" },
    told: {
      vi: "Máy này được báo khi hàng của cơ sở bị ngừng bán hay thu hồi, và khi hàng giao tới quá một ngày chưa ai xác nhận.",
      en: "This phone is told when goods of your producer are stopped or recalled, and when nobody confirmed a delivery for a day.",
    },
  },
  stop: { vi: "Thôi, đừng báo nữa", en: "Stop telling me" },
  denied: {
    vi: "Bạn chưa cho phép gửi thông báo. Mở cài đặt của trình duyệt, cho phép thông báo của trang này, rồi bấm lại.",
    en: "Notifications are not allowed. Open the settings of the browser, allow them for this site, then tap again.",
  },
  no_network: { vi: "Chưa có mạng nên chưa đổi được. Bấm lại khi có mạng.", en: "There is no network, so nothing was changed. Tap again when there is." },
  failed: {
    vi: "Trình duyệt này chưa nhận thông báo được (ví dụ đang ở chế độ ẩn danh). Hãy mở bằng Chrome, Safari hay Firefox rồi bấm lại.",
    en: "This browser takes no notifications now (for instance in a private window). Open it in Chrome, Safari or Firefox and tap again.",
  },
  apple: {
    vi: "Muốn được báo khi món này bị thu hồi: bấm nút Chia sẻ của Safari, chọn Thêm vào MH chính, rồi mở Traceapp từ màn hình chính.",
    en: "To be told of recalls: tap Share in Safari, choose Add to Home Screen, then open Traceapp from the home screen.",
  },
  cannot: {
    vi: "Trình duyệt này không nhận được thông báo. Mở ứng dụng khi có mạng để biết có thu hồi hay không.",
    en: "This browser takes no notifications. Open the app with a network to learn of recalls.",
  },
};
export default words;
