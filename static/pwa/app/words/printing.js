// Words about printing labels, in both languages: loaded with the screens that say them.
// @ts-check
import { learn } from "../view.js";

learn({
  "print.which": { vi: "In tem cho lô nào?", en: "Labels for which lot?" },
  "print.later": { vi: "In tem được khi lô này đã gửi lên máy chủ.", en: "Labels can be printed once this batch has been sent to the server." },
  "print.none": { vi: "Lô này chưa có mã để in tem.", en: "This batch has no code to print yet." },
  "print.ask": { vi: "Bạn không được in tem. Nhờ văn phòng hoặc người quản lý in: đọc cho họ mã {code}.", en: "You may not print labels. Ask the office or a manager: read them the code {code}." },
  "print.own": { vi: "Máy này in tem bằng tên {name}. Để {name} chọn tên mình rồi in, hoặc nhờ văn phòng: đọc cho họ mã {code}.", en: "This phone prints labels in the name of {name}. Let {name} choose their name and print, or ask the office: read them the code {code}." },
  "print.asking": { vi: "Đang hỏi máy chủ…", en: "Asking the server…" },
  "print.network": { vi: "Cần có mạng để in tem. Chưa hỏi được máy chủ.", en: "Printing labels needs a network. The server could not be reached." },
  "print.unknown": { vi: "Chưa biết tem đã cấp chưa. Bấm lần nữa khi có mạng: cùng một tờ không bị cấp hai lần.", en: "It is not known whether they were issued. Press again with a network: the same sheet is not issued twice." },
  "print.refused": { vi: "Chưa in tem được", en: "No labels yet" },
  "print.labels": { vi: "Số tem", en: "Number of labels" },
  "print.pack": { vi: "Mỗi tem là bao nhiêu {unit}?", en: "How many {unit} is one label for?" },
  "print.paper": { vi: "Giấy", en: "Paper" },
  "print.start": { vi: "Ô trống đầu tiên trên tờ", en: "First free position on the sheet" },
  "print.enough": { vi: "Hàng của lô này đã có tem đủ. Muốn in lại thì mở tờ tem ở dưới.", en: "All goods of this batch have labels. To print them again, open the sheet below." },
  "print.came_with": { vi: "Không còn hàng nào của lô này cần tem.", en: "None of the goods of this batch need a label any more." },
  "print.issue": { vi: "Cấp {count} tem", en: "Issue {count} labels" },
  "print.before": { vi: "Tem đã cấp", en: "Labels issued before" },
  "print.one": { vi: "{count} tem, mỗi tem {pack}", en: "{count} labels, each for {pack}" },
  "print.sheet": { vi: "Tờ tem, trang đầu", en: "The sheet of labels, first page" },
  "print.issued": { vi: "Đã cấp {count} tem.", en: "{count} labels are issued." },
  "print.how": { vi: "Mở tệp rồi in cỡ thật 100 %, không co cho vừa trang.", en: "Open the file and print it at its actual size, 100 %, not fitted to the page." },
  "print.save": { vi: "Tải tờ tem (PDF)", en: "Save the sheet (PDF)" },
  "print.share": { vi: "In hoặc gửi tờ tem", en: "Print or send the sheet" },
});
