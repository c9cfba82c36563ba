"""Walking through a door of the demo: a visitor becomes somebody of the invented town."""

from playwright.sync_api import Page

CLERK = "Nguyễn Thị Thoa"  # of the co-operative whose greens are packed in bags
OFFICER = "Mai Thanh Trúc"
SELLER = "Phan Thị Diệu"  # of the shop by Hồ Tây
# Who may print the labels of a lot.
MAKERS = {
    "CN-VD03-T": CLERK,
    "CT-GOP-01": CLERK,
    "GL-UL-01": "Hoàng Văn Lễ",
    "CX-BT-09": "Đinh Thị Bích",
    "XU-SN-11": "Emma Tran",
}


def enter(page: Page, root: str, name: str) -> None:
    """Choose somebody on the page of all doors."""
    page.goto(f"{root}/demo/doors?lang=vi")
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()
