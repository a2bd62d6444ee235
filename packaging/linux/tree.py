"""What a Linux desktop needs beside the program: menu entry, icons, file type, description."""

from __future__ import annotations

import gzip
import platform
import shutil
import subprocess
from pathlib import Path

import version_info

HERE = Path(__file__).resolve().parent
ICONS = HERE.parent / "icons"
INSTALL = Path("opt") / version_info.PACKAGE
#: Debian's name of the processor.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
ICON_SIZES = (256, 512)

#: What the bundle takes from the system. Debian's names since 12, which Ubuntu's since 22.04
#: satisfy, newer ones by "Provides". The command line needs none of them.
DEPENDS = (
    "libc6 (>= 2.35)",
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libfreetype6",
    "libgl1",
    "libglib2.0-0t64 | libglib2.0-0",
    "libstdc++6",
    "libwayland-cursor0",
    "libwayland-egl1",
    "libx11-6",
    "libx11-xcb1",
    "libxcb1",
    "xkb-data",
)


def write_share(share: Path, command: str) -> None:
    """Fills a folder `share`; `command` is the program as desktops are to start it."""
    identifier = version_info.IDENTIFIER
    changelog = (version_info.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name, text in {
        f"applications/{identifier}.desktop": version_info.desktop_entry(command),
        f"applications/{identifier}.open.desktop": version_info.opening_entry(command),
        f"metainfo/{identifier}.metainfo.xml": version_info.metainfo(changelog),
        f"mime/packages/{version_info.PACKAGE}.xml": version_info.mime_types(),
    }.items():
        path = share / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    icons = share / "icons" / "hicolor"
    for size in ICON_SIZES:
        copy_file(
            ICONS / f"soleflip-{size}.png",
            icons / f"{size}x{size}" / "apps" / f"{version_info.PACKAGE}.png",
        )
    copy_file(ICONS / "app.svg", icons / "scalable" / "apps" / f"{version_info.PACKAGE}.svg")


def write_documents(folder: Path, bundle: Path) -> None:
    """Debian's `copyright`, and what is new; others' notices lie in the bundle, if it has any."""
    folder.mkdir(parents=True, exist_ok=True)
    notices = bundle / "_internal" / "THIRD-PARTY-NOTICES.txt"
    others = notices.read_text(encoding="utf-8") if notices.exists() else ""
    (folder / "copyright").write_text(
        f"{version_info.PRODUCT}\n\nCopyright: {version_info.PUBLISHER}\n"
        "License: Apache-2.0\n\n"
        "On Debian systems its text is /usr/share/common-licenses/Apache-2.0.\n\n"
        f"{others}",
        encoding="utf-8",
    )
    text = (version_info.ROOT / "CHANGELOG.md").read_bytes()
    (folder / "NEWS.md.gz").write_bytes(gzip.compress(text, 9, mtime=0))


def copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def copy_bundle(bundle: Path, target: Path) -> None:
    shutil.copytree(bundle, target, symlinks=True)


def set_modes(root: Path) -> None:
    """What was built under somebody's umask becomes readable to all and writable to root."""
    for path in (root, *root.rglob("*")):
        if path.is_symlink():
            continue
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if runs else 0o644)


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def machine() -> str:
    return platform.machine()


def run(*command: str | Path) -> None:
    """Raises CalledProcessError where the tool fails; it has said why."""
    subprocess.run([str(word) for word in command], check=True)


def announce(path: Path, seconds: float) -> None:
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {seconds:.0f} s")
