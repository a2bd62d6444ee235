"""Draws the app's icon in all sizes and formats from app.svg; what it writes is committed.

    python3 packaging/dev.py exec python packaging/icons/make_icons.py

Windows and macOS take PNG pictures in their containers, so no further tool is needed.
"""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QGuiApplication, QIcon

FOLDER = Path(__file__).resolve().parent
SOURCE = FOLDER / "app.svg"
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
PNG_SIZES = (256, 512)
#: Apple's names of the sizes in pixels; "ic11" and up are the same picture for twice the density.
ICNS_TYPES = {
    b"icp4": 16,
    b"icp5": 32,
    b"ic11": 32,
    b"ic12": 64,
    b"ic07": 128,
    b"ic13": 256,
    b"ic08": 256,
    b"ic14": 512,
    b"ic09": 512,
    b"ic10": 1024,
}


def main() -> None:
    application = QGuiApplication(["make_icons", "-platform", "offscreen"])
    for size in PNG_SIZES:
        (FOLDER / f"soleflip-{size}.png").write_bytes(png(size))
    (FOLDER / "soleflip.ico").write_bytes(ico({size: png(size) for size in ICO_SIZES}))
    (FOLDER / "soleflip.icns").write_bytes(
        icns([(kind, png(size)) for kind, size in ICNS_TYPES.items()])
    )
    application.quit()


def png(size: int) -> bytes:
    """The icon as a PNG picture of size x size pixels."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture = QIcon(str(SOURCE)).pixmap(QSize(size, size), 1.0)
    if not picture.save(buffer, "PNG"):
        raise RuntimeError(f"{SOURCE} cannot be drawn.")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """The container of Windows; 256 pixels are written as 0 there."""
    header = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(header) + 16 * len(pictures)
    entries, bodies = b"", b""
    for size, body in pictures.items():
        entries += struct.pack(
            "<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(body), offset + len(bodies)
        )
        bodies += body
    return header + entries + bodies


def icns(pictures: list[tuple[bytes, bytes]]) -> bytes:
    """The container of macOS."""
    bodies = b"".join(kind + struct.pack(">I", 8 + len(body)) + body for kind, body in pictures)
    return b"icns" + struct.pack(">I", 8 + len(bodies)) + bodies


if __name__ == "__main__":
    main()
