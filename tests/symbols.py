"""Reading what labels carry, as a phone would."""

import zxingcpp
from PIL import Image


def symbols(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """Find the QR codes of a picture. To look for other kinds, too, takes four times as long."""
    qr_codes = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return zxingcpp.read_barcodes(picture, formats=qr_codes)
