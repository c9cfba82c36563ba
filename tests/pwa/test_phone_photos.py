"""Photos made small on the phone: what arrives, and what it was made from."""

import hashlib
import io
import json
import sqlite3

from PIL import Image
from playwright.sync_api import BrowserContext, expect

from tests.pwa import phones
from tests.pwa.phones import Field

LONGEST_PX = 1600
BYTES = """async (name) => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = database.transaction("photos").objectStore("photos").get(name);
  const { bytes } = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  database.close();
  return [...new Uint8Array(bytes)];
}"""


def test_a_photo_is_sent_small_with_the_hash_of_what_the_camera_gave(
    phone: BrowserContext, field: Field
) -> None:
    taken = phones.photo(30, pixels=2400)
    page = phone.new_page()
    field.enrol(page)
    page.goto(f"{field.address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()
    page.locator(".foot input[type=file]").set_input_files(phones.as_file(taken))
    expect(page.locator(".foot .thumbnail")).to_be_visible(timeout=phones.SLOW_MS)
    phones.until(page, lambda: phones.kept(page)[1])
    page.reload()  # the phone rang: what was begun is there, with its photo
    expect(page.locator(".foot .thumbnail")).to_be_visible(timeout=phones.SLOW_MS)
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible()
    field.assert_arrived_once(page, 1)
    _, (name,) = phones.kept(page)
    small = bytes(page.evaluate(BYTES, name))
    assert name == hashlib.sha256(small).hexdigest()
    assert max(Image.open(io.BytesIO(small)).size) == LONGEST_PX
    with sqlite3.connect(f"file:{phones.database_of(field.folder)}?mode=ro", uri=True) as database:
        query = "SELECT originals FROM phone_record WHERE originals LIKE ?"
        ((originals,),) = database.execute(query, (f"%{name}%",)).fetchall()
        sizes = "SELECT size, width, height FROM photo WHERE sha256 = ?"
        (there,) = database.execute(sizes, (bytes.fromhex(name),)).fetchall()
    assert json.loads(originals) == {name: hashlib.sha256(taken).hexdigest()}
    assert there == (len(small), LONGEST_PX, LONGEST_PX * 3 // 4)
