// Words about saying something instead of typing it, in both languages: loaded with the screens that say them.
// @ts-check
import { learn } from "../view.js";

learn({
  "voice.speak": { vi: "Nói thay vì gõ", en: "Say it instead of typing" },
  "voice.asking": { vi: "Đang mở micro ...", en: "Opening the microphone ..." },
  "voice.recording": { vi: "Đang ghi âm. Nói xong thì bấm dừng.", en: "Recording. Press stop when you are done." },
  "voice.stop": { vi: "Dừng ghi", en: "Stop" },
  "voice.listen": { vi: "Nghe lại", en: "Listen" },
  "voice.pause": { vi: "Dừng nghe", en: "Stop listening" },
  "voice.delete": { vi: "Xoá", en: "Delete" },
  "voice.who": {
    vi: "Lời nói gửi cùng việc này. Chỉ người quản lý điện thoại ở cơ sở của bạn nghe được.",
    en: "What you said goes with this step. Only those who look after the phones of your business can hear it.",
  },
  "voice.denied": {
    vi: "Micro đang bị chặn. Cho phép micro trong cài đặt của trình duyệt rồi bấm lại, hoặc gõ vào đây.",
    en: "The microphone is blocked. Allow it in the settings of the browser and press again, or type here.",
  },
  "voice.unable": { vi: "Máy này không ghi âm được. Hãy gõ vào đây.", en: "This phone cannot record. Please type here." },
  "voice.short": { vi: "Chưa nghe được gì. Hãy nói lại, hoặc gõ vào đây.", en: "Nothing was heard. Say it again, or type here." },
  "voice.type": { vi: "Ghi chú", en: "Note" },
});
