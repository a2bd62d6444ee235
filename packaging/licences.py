"""What everything that ships is licensed under, and whether it has known holes.

    python packaging/licences.py report [--bundle DIR] [--out FILE]     a table
    python packaging/licences.py check [--bundle DIR]                   fails on GPL and unknown
    python packaging/licences.py notices [--bundle DIR] --out FILE      THIRD-PARTY-NOTICES.txt
    python packaging/licences.py sbom [--bundle DIR] --out FILE         CycloneDX JSON
    python packaging/licences.py audit                                  known holes, by pip-audit

Runs in the release environment: `.venv-release/bin/python packaging/licences.py ...`. With --bundle
the native libraries are those that PyInstaller collected, which on Linux come partly from the
system that it ran on; without, those of the packages' wheels.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import shipped
import supply_chain
from shipped import Component

TEXTS = shipped.HERE / "licence-texts"

#: Licence -> the file with its text; of a package's own licence file nothing is left out.
STANDARD_TEXTS = {
    "GNU Lesser General Public License, version 3": "LGPL-3.0.txt",
    "GNU General Public License, version 3 (the one above refers to it)": "GPL-3.0.txt",
    "GNU Lesser General Public License, version 2.1": "LGPL-2.1.txt",
    "MIT License": "MIT.txt",
    "BSD licences": "BSD.txt",
    "OpenLDAP Public License": "OLDAP-2.8.txt",
}

OPENING = """\
Third-party notices of SoleFlip Desktop
=======================================

SoleFlip Desktop is licensed under the Apache License, version 2.0. It is distributed together with
the components below, each under its own licence.

Components under the GNU Lesser General Public License
------------------------------------------------------

{lgpl}

You may replace each of them by a version of your own, and you may examine and change our program
for your own use and debug such changes. The installation's folder "_internal" (on macOS
Contents/Frameworks) holds them as separate shared libraries: put a build with the same binary
interface in their place. The Python modules of psycopg and PySide6 lie inside the program file:
build the program from its published source with your version of them (docs/releasing.md says how).
On macOS, sign the changed app again: codesign --force --deep --sign - "SoleFlip Desktop.app".

Their source code is available without charge from the addresses below. For three years after you
received this program, the developers of SoleFlip Desktop will also give to anyone who asks, for no
more than the cost of sending it, a copy of the source code of the versions that are distributed
with it. Ask through the project's page, where you received the program.

Qt holds further components of other authors, among them FreeType, HarfBuzz, ICU, libjpeg-turbo,
libpng, PCRE2 and zlib. Their notices: https://doc.qt.io/qt-6/licenses-used-in-qt.html

PyInstaller's bootloader is under the GNU General Public License with an exception that allows to
distribute it with programs under any licence; GCC's runtime libraries have one, too.
"""


def components(bundle: Path | None) -> list[Component]:
    """All that ships, native libraries last. Raises SystemExit for what nobody knows."""
    paths = shipped.library_paths(bundle)
    if not paths:
        raise SystemExit(f"{bundle} holds no library: is it a bundle?")
    native, strangers = shipped.libraries(paths)
    if strangers:
        names = "\n  ".join(map(str, strangers))
        raise SystemExit(
            f"Libraries of unknown origin:\n  {names}\n"
            "Add them to packaging/native-libraries.toml, or leave them out of the bundle."
        )
    guests = shipped.uninvited(bundle) if bundle else set()
    if guests:
        raise SystemExit(
            f"Collected, though the app does not require them: {', '.join(sorted(guests))}.\n"
            "Add their modules to EXCLUDED_MODULES in packaging/bundle_files.py."
        )
    return [*shipped.runtimes(), *shipped.packages(), *native]


def table(listed: list[Component]) -> str:
    rows = [(each.name, each.version, each.licence) for each in listed]
    name = max(len(row[0]) for row in rows)
    version = max(len(row[1]) for row in rows)
    lines = [f"{row[0]:{name}}  {row[1]:{version}}  {row[2]}" for row in rows]
    return "\n".join([*lines, f"{len(rows)} components"]) + "\n"


def report(listed: list[Component], out: Path | None) -> int:
    text = table(listed)
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def check(listed: list[Component], _out: Path | None) -> int:
    bad = [each for each in listed if not shipped.acceptable(each.licence)]
    for each in bad:
        print(f"{each.name} {each.version} must not ship: {each.licence}", file=sys.stderr)
    if not bad:
        print(f"{len(listed)} components, none under the GPL, none of unknown licence")
    return 1 if bad else 0


def notices(listed: list[Component], out: Path | None) -> int:
    if out is None:
        print("notices needs --out FILE", file=sys.stderr)
        return 64
    lgpl = [each for each in listed if "LGPL" in each.licence]
    parts = [OPENING.format(lgpl="\n".join(f"- {line(each)}" for each in lgpl))]
    parts += [section(f"{each.name} {each.version}".removesuffix(" -"), each) for each in listed]
    for title, file in STANDARD_TEXTS.items():
        parts.append(heading(title) + (TEXTS / file).read_text(encoding="utf-8"))
    parts.append(heading("Apache License, version 2.0"))
    parts.append((shipped.ROOT / "LICENSE").read_text(encoding="utf-8"))
    out.write_text("\n".join(parts), encoding="utf-8")
    print(f"{out}: {len(listed)} components, {out.stat().st_size // 1024} KiB")
    return 0


def line(each: Component) -> str:
    return f"{each.name} {each.version}".removesuffix(" -") + f" ({each.licence}), {each.url}"


def section(title: str, each: Component) -> str:
    facts = [f"Licence: {each.licence}", each.url]
    if each.copyright:
        facts.append(f"Copyright: {each.copyright}")
    return heading(title) + "\n".join([*filter(None, facts), "", *each.texts])


def heading(title: str) -> str:
    return f"\n{'=' * 80}\n{title}\n{'=' * 80}\n\n"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Licences and known holes of all that ships.")
    commands = {"report": report, "check": check, "notices": notices, "sbom": supply_chain.sbom}
    parser.add_argument("command", choices=[*commands, "audit"])
    parser.add_argument("--bundle", type=Path, help="folder that PyInstaller made")
    parser.add_argument("--out", type=Path, help="file to write")
    options = parser.parse_args(argv)
    if options.command == "audit":
        return supply_chain.audit()
    return commands[options.command](components(options.bundle), options.out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
