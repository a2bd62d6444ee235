"""What needs neither server nor window: modules, libraries, files, the credential store."""

from __future__ import annotations

import importlib
import pkgutil
import platform
import secrets
import ssl
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import psycopg
import zstandard
from babel.numbers import format_currency
from cryptography.fernet import Fernet
from python_calamine import CalamineWorkbook

import soleflip_desktop
from soleflip_desktop.connectors.files import profiles
from soleflip_desktop.connectors.http import ssl_context
from soleflip_desktop.db import schema
from soleflip_desktop.domain.errors import SecretStoreUnavailableError
from soleflip_desktop.domain.exporting import (
    ExportColumn,
    Line,
    TableFormat,
    TableHead,
    TextStyle,
)
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.resources import data_path, resource_path
from soleflip_desktop.settings.secrets import KeyringStore
from soleflip_desktop.smoke.steps import demand
from soleflip_desktop.sync.documents import Document, write_lines

#: What is imported late, by other names than our own code's, or only where something goes wrong.
LIBRARIES = (
    "alembic.command",
    "alembic.config",
    "alembic.runtime.migration",
    "authlib.oauth2.rfc6749.parameters",
    "authlib.oauth2.rfc7636",
    "certifi",
    "charset_normalizer",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "httpx",
    "keyring.backends.chainer",
    "keyring.backends.fail",
    "platformdirs",
    "pydantic",
    "reportlab.graphics.barcode.code128",
    "reportlab.graphics.barcode.qrencoder",
    "reportlab.pdfgen.canvas",
    "sqlalchemy.dialects.postgresql.psycopg",
    "tenacity",
    "xlsxwriter",
)
KEYRINGS: Mapping[str, tuple[str, ...]] = {
    "win32": ("keyring.backends.Windows",),
    "darwin": ("keyring.backends.macOS",),
    "linux": (
        "keyring.backends.SecretService",
        "keyring.backends.kwallet",
        "keyring.backends.libsecret",
        # What the first one is made of; it keeps quiet where that is missing.
        "secretstorage",
        "jeepney",
    ),
}
#: How the names of modules begin that are for one kind of system, and refuse the other.
_WINDOWS, _POSIX = "soleflip_desktop.db.embedded.windows", "soleflip_desktop.db.embedded.posix"
_NOT_HERE = _POSIX if sys.platform == "win32" else _WINDOWS
_COMPILED = {"binary", "c"}  # psycopg's ways around libpq through ctypes
_SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
_TWO_HOURS_S = 7200
_TEXT = "Größe 李雷"


def modules() -> dict[str, Any]:
    """Imports every module of ours that is there, whoever may need it later."""
    found = [
        info.name
        for info in pkgutil.walk_packages(soleflip_desktop.__path__, "soleflip_desktop.")
        if not info.name.startswith(_NOT_HERE)
    ]
    for name in found:
        importlib.import_module(name)
    return {"modules": len(found)}


def libraries() -> dict[str, Any]:
    """Has each one do something that needs its compiled parts and its data."""
    for name in (*LIBRARIES, *KEYRINGS.get(sys.platform, ())):
        importlib.import_module(name)
    demand(psycopg.pq.__impl__ in _COMPILED, f"psycopg works by {psycopg.pq.__impl__}")
    authorities = importlib.import_module("certifi").where()
    demand(Path(authorities).is_file(), "certifi has no list of authorities")
    demand(ssl_context().get_ca_certs(), "TLS knows no authority")
    key = Fernet(Fernet.generate_key())
    demand(key.decrypt(key.encrypt(b"secret")) == b"secret", "cryptography does not work")
    packed = zstandard.compress(_TEXT.encode())
    demand(zstandard.decompress(packed).decode() == _TEXT, "zstandard does not work")
    frame = pl.DataFrame({"text": ["1.5", "2"]}).select(pl.col("text").cast(pl.Decimal(9, 2)))
    demand(frame["text"].sum() == Decimal("3.5"), "polars does not work")
    demand(int(np.argsort([2, 1])[0]) == 1, "numpy does not work")
    written = {locale: format_currency(Decimal("1234.5"), "EUR", locale=locale) for locale in _EURO}
    demand(written == _EURO, f"amounts are written {written}")
    summer = _SUMMER.astimezone(ZoneInfo("Europe/Berlin")).utcoffset()
    demand(summer and summer.total_seconds() == _TWO_HOURS_S, f"Berlin is {summer} from UTC")
    return {
        "psycopg": f"{psycopg.__version__} {psycopg.pq.__impl__}",
        "libpq": psycopg.pq.version(),
        "tls": ssl.OPENSSL_VERSION,
        "polars": pl.__version__,
        "numpy": np.__version__,
    }


_EURO = {"de_DE": "1.234,50\xa0€", "ja_JP": "€1,234.50", "en_GB": "€1,234.50"}


def documents() -> dict[str, Any]:
    """Writes a PDF and a workbook as an export does, and reads the workbook as an import does."""
    columns = (ExportColumn("a", "Product"), ExportColumn("b", "Paid", FieldKind.NUMBER))
    head = TableHead("Smoke", ("one row",), columns, 1)
    lines = [Line((_TEXT, Decimal("12.50")))]
    with TemporaryDirectory(prefix="soleflip-smoke-") as name:
        pdf, workbook = Path(name) / "table.pdf", Path(name) / "table.xlsx"
        for path, kind in ((pdf, TableFormat.PDF), (workbook, TableFormat.XLSX)):
            write_lines(Document(path, kind, TextStyle("de_DE", UTC)), head, [lines])
        demand(pdf.read_bytes().startswith(b"%PDF-"), "the PDF is none")
        cells = [
            cell
            for row in CalamineWorkbook.from_path(workbook).get_sheet_by_index(0).to_python()
            for cell in row
        ]
        demand(_TEXT in cells, f"the workbook holds {cells}")
        return {"pdf_bytes": pdf.stat().st_size, "xlsx_bytes": workbook.stat().st_size}


def files() -> dict[str, Any]:
    """Profiles and migrations are all there and readable."""
    known = profiles.builtin()
    there = list(resource_path(profiles.FOLDER).glob("*.json"))
    demand(known and len(known) == len(there), f"{len(known)} of {len(there)} profiles load")
    versions = [path.name for path in data_path("migrations").glob("versions/*.py")]
    demand(any(name.startswith(schema.HEAD) for name in versions), "the newest migration is absent")
    return {"profiles": len(known), "migrations": len(versions)}


def credentials() -> dict[str, Any]:
    """A random secret, and what became of it in the credential store of this system.

    Where a Linux has none, the app has to say so in a sentence; Windows and macOS have one.
    """
    chosen = importlib.import_module("keyring").get_keyring()
    backend = f"{type(chosen).__module__}.{type(chosen).__name__}"
    name, secret = f"smoke-{secrets.token_hex(8)}", secrets.token_urlsafe(24)
    store = KeyringStore()
    try:
        store.set(name, secret)
    except SecretStoreUnavailableError as error:
        told = str(error)
        demand(sys.platform == "linux", told)
        demand("credential store" in told and told.endswith("."), "the app does not say it plainly")
        return {"backend": backend, "usable": "none", "told": told}
    try:
        demand(store.get(name) == secret, "the store gives back something else")
    finally:
        store.delete(name)
    demand(store.get(name) is None, "the store does not forget")
    return {"backend": backend, "usable": "yes"}


def system(data: Path) -> dict[str, Any]:
    """Where we are."""
    return {
        "version": soleflip_desktop.__version__,
        "frozen": bool(getattr(sys, "frozen", False)),
        "python": platform.python_version(),
        "os": platform.platform(),
        "install": str(Path(sys.executable).parent),
        "data": str(data),
    }
