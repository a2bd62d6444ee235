"""What operating systems want to know about the app, from one version and one set of names.

    python3 packaging/version_info.py      prints the version

The version stands in `soleflip_desktop/__init__.py` alone, what changed in CHANGELOG.md alone.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from string import Template
from textwrap import fill
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent

PRODUCT = "SoleFlip Desktop"
PACKAGE = "soleflip-desktop"
IDENTIFIER = "io.github.soleflip.desktop"
PUBLISHER = "SoleFlip Desktop developers"
COPYRIGHT = f"{PUBLISHER}, Apache License 2.0"
SUMMARY = "Inventory for sneaker resellers"
DESCRIPTION = """\
For people who buy and resell sneakers and streetwear, and want to know for every single unit what \
it cost, what a marketplace really paid out for it and what was left.

It takes in the marketplaces' own reports, price lists and spreadsheets, explains each payout down \
to its last cent, keeps orders and listings of StockX, eBay and alias true, prints labels and \
counts stock. Everything stays on this computer."""
#: The console twin exists on Windows alone, where a program with a window cannot print.
CONSOLE = "soleflip"
PROFILE_SUFFIX = "soleflip-profile"
PROFILE_TYPE = "application/vnd.soleflip.profile+json"
PROFILE_NAME = "SoleFlip import profile"
OLDEST_MACOS = "13.0"

_HEADING = re.compile(
    r"^## \[?(?P<version>\d+\.\d+\.\d+)\]? - (?P<day>\d{4}-\d\d-\d\d)", re.MULTILINE
)


class Release(NamedTuple):
    """A released version and its day, as CHANGELOG.md writes them."""

    version: str
    day: str


def app_version() -> str:
    text = (ROOT / "soleflip_desktop" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise ValueError("soleflip_desktop/__init__.py has no version")
    return found[1]


def executable_name(platform: str = sys.platform) -> str:
    """The program's name without a suffix; on Linux as commands are named there."""
    return PACKAGE if platform.startswith("linux") else PRODUCT


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """A version as Windows writes it: four numbers, of which the last is 0 for us.

    Raises ValueError for what is not three numbers; a suffix such as "rc1" is left out.
    """
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:\D.*)?", version)
    if found is None:
        raise ValueError(f"{version} is not a version of the form 1.2.3")
    return int(found[1]), int(found[2]), int(found[3]), 0


def releases(changelog: str) -> list[Release]:
    """The released versions of CHANGELOG.md, newest first; what is unreleased has no day."""
    return [Release(found["version"], found["day"]) for found in _HEADING.finditer(changelog)]


_WINDOWS = Template("""\
VSVersionInfo(
  ffi=FixedFileInfo(filevers=$numbers, prodvers=$numbers, mask=0x3F, flags=0x0, OS=0x40004,
                    fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      StringStruct('CompanyName', '$publisher'),
      StringStruct('FileDescription', '$description'),
      StringStruct('FileVersion', '$version'),
      StringStruct('InternalName', '$name'),
      StringStruct('LegalCopyright', '$copyright'),
      StringStruct('OriginalFilename', '$name.exe'),
      StringStruct('ProductName', '$product'),
      StringStruct('ProductVersion', '$version'),
    ])]),
    VarFileInfo([VarStruct('Translation', [0x0409, 1200])]),
  ],
)
""")


def windows_resource(version: str, *, console: bool) -> str:
    """The version resource of a program, in the form that PyInstaller reads."""
    return _WINDOWS.substitute(
        numbers=four_numbers(version),
        publisher=PUBLISHER,
        description=f"{PRODUCT} (command line)" if console else PRODUCT,
        version=version,
        name=CONSOLE if console else PRODUCT,
        copyright=COPYRIGHT,
        product=PRODUCT,
    )


def info_plist(version: str) -> dict[str, Any]:
    """What Info.plist says beyond PyInstaller's own entries."""
    return {
        "CFBundleDisplayName": PRODUCT,
        "CFBundleShortVersionString": ".".join(map(str, four_numbers(version)[:3])),
        "CFBundleVersion": ".".join(map(str, four_numbers(version)[:3])),
        "CFBundleLocalizations": ["en"],
        "CFBundleDevelopmentRegion": "en",
        "LSApplicationCategoryType": "public.app-category.business",
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": COPYRIGHT,
        "NSPrincipalClass": "NSApplication",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": PROFILE_NAME,
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [f"{IDENTIFIER}.profile"],
            },
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": f"{IDENTIFIER}.profile",
                "UTTypeDescription": PROFILE_NAME,
                "UTTypeConformsTo": ["public.json"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": [PROFILE_SUFFIX],
                    "public.mime-type": PROFILE_TYPE,
                },
            },
        ],
    }


def desktop_entry(command: str) -> str:
    """The menu entry of Linux desktops; `command` starts the app, without arguments."""
    return f"""\
[Desktop Entry]
Type=Application
Version=1.0
Name={PRODUCT}
GenericName=Inventory
GenericName[de]=Warenbestand
Comment={SUMMARY}
Comment[de]=Warenbestand für Sneaker-Reseller
Exec={command}
TryExec={command}
Icon={PACKAGE}
Terminal=false
Categories=Office;Finance;
Keywords=sneaker;reselling;stock;StockX;eBay;
StartupNotify=true
StartupWMClass={PACKAGE}
"""


def opening_entry(command: str) -> str:
    """What opens an import profile. An entry of its own: the menu's gives no file to the switch."""
    return f"""\
[Desktop Entry]
Type=Application
Version=1.0
Name={PRODUCT}
Comment={SUMMARY}
Comment[de]=Warenbestand für Sneaker-Reseller
Exec={command} --open %f
TryExec={command}
Icon={PACKAGE}
Terminal=false
NoDisplay=true
MimeType={PROFILE_TYPE};
StartupNotify=true
StartupWMClass={PACKAGE}
"""


def mime_types() -> str:
    """How Linux desktops recognise an import profile."""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{PROFILE_TYPE}">
    <comment>{PROFILE_NAME}</comment>
    <sub-class-of type="application/json"/>
    <glob pattern="*.{PROFILE_SUFFIX}"/>
  </mime-type>
</mime-info>
"""


def metainfo(changelog: str) -> str:
    """What software centres show, with the releases of the changelog."""
    paragraphs = "\n".join(f"    <p>{escape(text)}</p>" for text in DESCRIPTION.split("\n\n"))
    listed = "\n".join(
        f'    <release version="{release.version}" date="{release.day}"/>'
        for release in releases(changelog)
    )
    history = f"  <releases>\n{listed}\n  </releases>\n" if listed else ""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{IDENTIFIER}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>Apache-2.0</project_license>
  <name>{PRODUCT}</name>
  <summary>{SUMMARY}</summary>
  <developer id="io.github.soleflip"><name>{PUBLISHER}</name></developer>
  <description>
{paragraphs}
  </description>
  <launchable type="desktop-id">{IDENTIFIER}.desktop</launchable>
  <icon type="stock">{PACKAGE}</icon>
  <categories>
    <category>Office</category>
    <category>Finance</category>
  </categories>
  <content_rating type="oars-1.1"/>
  <provides>
    <binary>{PACKAGE}</binary>
    <mediatype>{PROFILE_TYPE}</mediatype>
  </provides>
{history}</component>
"""


def debian_version(version: str) -> str:
    """A pre-release sorts before its release only behind a tilde."""
    return re.sub(r"^(\d+\.\d+\.\d+)[-.]?([a-z].*)$", r"\1~\2", version)


def debian_control(
    version: str, *, architecture: str, depends: tuple[str, ...], installed_kib: int
) -> str:
    """The control file of the Debian package; `installed_kib` is its unpacked size in KiB."""
    body = "\n .\n".join(
        fill(text, 79, initial_indent=" ", subsequent_indent=" ")
        for text in DESCRIPTION.split("\n\n")
    )
    return f"""\
Package: {PACKAGE}
Version: {debian_version(version)}
Section: misc
Priority: optional
Architecture: {architecture}
Maintainer: {PUBLISHER} <soleflip-desktop@localhost>
Installed-Size: {installed_kib}
Depends: {", ".join(depends)}
Recommends: gnome-keyring | kwalletmanager | keepassxc
Description: {SUMMARY[0].lower() + SUMMARY[1:]}
{body}
"""


if __name__ == "__main__":
    print(app_version())
