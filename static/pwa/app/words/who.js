// Words about choosing who logs on a phone of several people, in both languages.
// @ts-check
import { learn } from "../view.js";

learn({
  "who.title": { vi: "Ai đang ghi?", en: "Who is logging?" },
  "who.choose": { vi: "Chọn tên của bạn", en: "Choose your name" },
  "who.now": { vi: "đang ghi", en: "logging now" },
  "who.gone": {
    vi: "{name} không còn dùng máy này. Những gì đã ghi vẫn còn trong máy. Người khác hãy chọn tên mình.",
    en: "{name} no longer uses this phone. What was logged is still on it. Whoever goes on, choose your name.",
  },
  "who.first": {
    vi: "{name} hãy tự đặt mã PIN trước, để không ai ghi nhầm bằng tên {name}.",
    en: "First {name} sets a PIN, so that nobody logs as {name} by mistake.",
  },
  "who.not_me": { vi: "Tôi không phải {name}", en: "I am not {name}" },
  "who.pin": { vi: "Mã PIN của {name}", en: "PIN of {name}" },
  "who.set": { vi: "Đặt mã PIN, 4 đến 6 số", en: "Set a PIN of 4 to 6 digits" },
  "who.set.why": {
    vi: "Mã PIN chỉ để biết ai đang ghi. Nó nằm trong máy này và không gửi đi đâu; người cầm máy mà cố tình thì vẫn qua được. Đừng dùng mã PIN ngân hàng.",
    en: "The PIN only says who is logging. It stays on this phone and is sent nowhere; it does not stop whoever has the phone and wants to. Do not use the PIN of your bank.",
  },
  "who.again": { vi: "Gõ lại mã PIN đó", en: "Type the same PIN again" },
  "who.differs": { vi: "Hai lần gõ không giống nhau. Hãy đặt lại từ đầu.", en: "The two were not the same. Begin again." },
  "who.wrong": { vi: "Mã PIN chưa đúng. Gõ lại.", en: "That is not the PIN. Type it again." },
  "who.wait": { vi: "Sai nhiều lần. Chờ {seconds} giây rồi gõ lại.", en: "Wrong too often. Wait {seconds} seconds, then type it again." },
  "who.forgot": {
    vi: "Quên mã PIN? Nhờ người quản lý điện thoại ở cơ sở bấm “Quên mã PIN”, rồi mở máy này khi có mạng.",
    en: "Forgotten it? Ask whoever looks after the phones to press “Forgotten PIN”, then open this phone with a network.",
  },
  "who.digits": { vi: "Đã gõ {count} số", en: "{count} digits typed" },
  "who.keys": { vi: "Bàn phím mã PIN", en: "Keypad of the PIN" },
  "who.go": { vi: "Xong", en: "Done" },
  "who.busy": { vi: "Đang kiểm tra ...", en: "Checking ..." },
});
