"""Known holes of what ships, and its bill of materials; `licences.py` runs both."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import uuid
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import shipped
import version_info
from packaging.utils import canonicalize_name
from shipped import Component

LOCK = shipped.HERE / "requirements-release.txt"
HOLES = shipped.HERE / "known-holes.toml"


def locked_files() -> list[str]:
    """The lock's entries of all that ships on any system, as requirement files without markers.

    More than one, because a package may be locked at several versions for several systems.
    """
    names = {name for system in shipped.SYSTEMS for name in shipped.package_names(system)}
    files: list[dict[str, str]] = []
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for entry in filter(str.strip, entries):
        first, _, hashes = entry.partition("\n")
        pin = first.removesuffix("\\").partition(";")[0].strip()
        name = canonicalize_name(pin.partition("==")[0])
        if name not in names:
            continue
        target = next((file for file in files if name not in file), None)
        if target is None:
            files.append(target := {})
        target[name] = f"{pin} \\\n{hashes}"
    missing = names - {name for file in files for name in file}
    if missing:
        raise SystemExit(f"Not in {LOCK.name}: {', '.join(sorted(missing))}")
    return ["".join(file.values()) for file in files]


def accepted() -> list[dict[str, Any]]:
    """The entries of known-holes.toml. Raises SystemExit for one that is out of date."""
    holes: list[dict[str, Any]] = tomllib.loads(HOLES.read_text(encoding="utf-8")).get("hole", [])
    today = datetime.now(UTC).date()
    for hole in holes:
        until = hole.get("until")
        if not hole.get("id") or not hole.get("why") or not isinstance(until, date):
            raise SystemExit(f"{HOLES.name}: an entry needs id, why and until: {hole}")
        if until < today:
            raise SystemExit(f"{HOLES.name}: {hole['id']} was accepted until {until}.")
    return holes


def audit() -> int:
    """Asks pip-audit's service about every locked version that ships.

    1 on a hole that is not accepted, and on a package that the service did not answer for.
    """
    holes = accepted()
    answers: list[dict[str, Any]] = []
    for text in locked_files():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "requirements.txt")
            path.write_text(text, encoding="utf-8")
            answers += ask(path, [hole["id"] for hole in holes])
    return verdict(answers, len(holes))


def ask(requirements: Path, ignored: list[str]) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements)]
    command += ["--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off"]
    for hole in ignored:
        command += ["--ignore-vuln", hole]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    try:
        answers: list[dict[str, Any]] = json.loads(result.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        raise SystemExit(f"pip-audit ended with {result.returncode} and no answer.") from None
    return answers


def verdict(answers: list[dict[str, Any]], accepted_holes: int) -> int:
    """Prints what was found. 0 only if every package was looked up and none has a hole."""
    skipped = [answer for answer in answers if "skip_reason" in answer]
    checked = len(answers) - len(skipped)
    bad = [(answer, hole) for answer in answers for hole in answer.get("vulns", [])]
    for answer, hole in bad:
        fixed = ", ".join(hole["fix_versions"]) or "no version"
        print(f"{answer['name']} {answer['version']}: {hole['id']}, fixed in {fixed}")
    for answer in skipped:
        print(answer["skip_reason"], file=sys.stderr)
    if not checked:
        print("NOTHING WAS CHECKED: the service knows none of the packages.", file=sys.stderr)
    elif skipped:
        print(f"{len(skipped)} of {len(answers)} packages were not checked.", file=sys.stderr)
    print(f"{checked} packages checked, {len(bad)} holes, {accepted_holes} accepted ones")
    return 1 if bad or skipped or not checked else 0


def sbom(listed: list[Component], out: Path | None) -> int:
    """Writes a CycloneDX 1.6 document of the app and everything that ships with it."""
    if out is None:
        print("sbom needs --out FILE", file=sys.stderr)
        return 64
    out.write_text(cyclonedx(listed), encoding="utf-8")
    print(f"{out}: {len(listed)} components")
    return 0


def cyclonedx(listed: list[Component]) -> str:
    # Only the release environment has these packages.
    models, outputs = import_module("cyclonedx.model.bom"), import_module("cyclonedx.output.json")
    version = version_info.app_version()
    app = as_element(Component(version_info.PRODUCT, version, "Apache-2.0", ""), "application")
    bom = models.Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{version_info.IDENTIFIER}/{version}"),
        components=[as_element(each, "library") for each in listed],
    )
    bom.metadata.component = app
    bom.register_dependency(app, bom.components)
    return str(outputs.JsonV1Dot6(bom).output_as_string(indent=2))


def as_element(each: Component, kind: str) -> Any:
    model = import_module("cyclonedx.model")
    elements = import_module("cyclonedx.model.component")
    licences = import_module("cyclonedx.factory.license").LicenseFactory()
    website = model.ExternalReferenceType.WEBSITE
    links = [model.ExternalReference(type=website, url=model.XsUri(each.url))] if each.url else []
    return elements.Component(
        type=elements.ComponentType(kind),
        name=each.name,
        version=None if each.version == "-" else each.version,
        licenses=[licences.make_from_string(each.licence)],
        purl=import_module("packageurl").PackageURL.from_string(each.purl) if each.purl else None,
        copyright=each.copyright or None,
        external_references=links,
        bom_ref=each.purl or each.name,
    )
