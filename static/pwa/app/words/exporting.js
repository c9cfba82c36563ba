// Words about the files of what is not sent, in both languages: loaded with the screen that says them.
// @ts-check
import { learn } from "../view.js";

learn({
  "export.title": { vi: "Lưu ra tệp", en: "Save to a file" },
  "export.head": { vi: "{count} việc chưa gửi", en: "{count} not sent yet" },
  "export.how": { vi: "Lưu tệp này rồi đưa cho hợp tác xã. Ở đó người ta mở được và ghi vào sổ giúp bạn.", en: "Save this file and give it to the co-operative. They can open it there and enter it for you." },
  "export.how_many": { vi: "Có {count} tệp, tất cả {size} MB. Lưu từng tệp rồi đưa cả {count} tệp cho hợp tác xã, tệp nào trước cũng được.", en: "There are {count} files, {size} MB in all. Save each and give all {count} to the co-operative, in any order." },
  "export.none": { vi: "Không có việc nào chỉ nằm trong máy này.", en: "Nothing is on this phone alone." },
  "export.making": { vi: "Đang chuẩn bị tệp {number}… Giữ màn hình này mở. Tệp nào xong thì lưu được ngay.", en: "Preparing file {number}… Keep this screen open. Each file can be saved once it is ready." },
  "export.progress": { vi: "Đã chuẩn bị được bao nhiêu", en: "How much is prepared" },
  "export.failed": { vi: "Chưa làm được tệp. Việc vẫn còn trong máy; mở lại màn hình này để thử lần nữa.", en: "The files could not be made. Everything is still on the phone; open this screen again to try once more." },
  "export.stays": { vi: "Việc vẫn còn trong máy. Gửi lại sau cũng không bị ghi hai lần.", en: "Everything stays on the phone. Sending it later does not enter it twice." },
  "export.save": { vi: "Lưu tệp", en: "Save the file" },
  "export.save_one": { vi: "Lưu tệp {number} trên {count}", en: "Save file {number} of {count}" },
  "export.size": { vi: "{size} MB", en: "{size} MB" },
  "export.saved": { vi: "{size} MB · đã bấm lưu", en: "{size} MB · Save was pressed" },
  "export.share": { vi: "Gửi tệp qua ứng dụng khác", en: "Share the file" },
});
