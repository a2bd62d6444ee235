"""The Debian package in a clean Debian: install, run as an ordinary user, purge, look for remains.

The Debian is made by debootstrap the first time (a minute) and copied for each run. Everything
happens in name spaces of its own, so no mount and no process stays behind. Needs root.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import smoke
import version_info
from linux import tree

HERE = Path(__file__).resolve().parent
SUITE = "bookworm"
WORK = Path(os.environ.get("SOLEFLIP_DEB_TEST", "/var/tmp/soleflip-deb-test"))  # noqa: S108  root's
USER = "reseller"
REPORT = f"/home/{USER}/report.json"
#: What installing and removing any package changes.
NOT_OURS = ("/home/", "/var/cache/", "/var/lib/apt/", "/var/lib/dpkg/", "/var/log/", "/tmp/")  # noqa: S108


def main(packages: Path, version: str) -> int:
    name = f"{version_info.PACKAGE}_{version_info.debian_version(version)}_"
    found = sorted(packages.glob(f"{name}*.deb"))
    if not found:
        print("There is no package: run packaging/build.py deb first.")
        return 1
    if os.geteuid() != 0:
        print("A clean Debian is made and entered by root: run this as root.")
        return 1
    root = clean_system()
    try:
        return attempt(root, found[-1])
    finally:
        shutil.rmtree(root, ignore_errors=True)


def clean_system() -> Path:
    """A copy of a Debian with nothing but its essential packages."""
    base, root = WORK / SUITE, WORK / "root"
    began = time.monotonic()
    if not (WORK / "made").exists():
        tree.run("debootstrap", "--quiet", "--variant=minbase", SUITE, tree.fresh(base))
        (WORK / "made").touch()
        print(f"== a clean Debian: {time.monotonic() - began:.0f} s")
    shutil.rmtree(root, ignore_errors=True)
    tree.run("cp", "-a", "--reflink=auto", base, root)
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    return root


def attempt(root: Path, package: Path) -> int:
    shutil.copyfile(package, root / "package.deb")
    shutil.copyfile(HERE / "deb-test.sh", root / "deb-test.sh")
    mounts = f"mount --bind /dev {root}/dev && mount -t tmpfs tmpfs {root}/dev/shm"  # noqa: S108
    status = subprocess.run(
        [
            *("unshare", "--mount", "--pid", "--fork", f"--mount-proc={root}/proc", "--kill-child"),
            *("sh", "-c", f"{mounts} && exec chroot {root} sh /deb-test.sh"),
        ],
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "NAME": version_info.PACKAGE,
            "TESTER": USER,
            "REPORT": REPORT,
        },
        check=False,
    ).returncode
    complaints = [f"the run inside ended with {status}"] if status else []
    complaints += looked_at(root)
    for complaint in complaints:
        print(f"FAILED: {complaint}")
    print("The package is not clean." if complaints else "It leaves no trace.")
    return 1 if complaints else 0


def looked_at(root: Path) -> list[str]:
    """What the run left for us to judge."""
    complaints = []
    unresolved = lines(root / "tmp" / "unresolved")
    complaints += [f"a library is missing: {entry}" for entry in unresolved]
    report = root / REPORT.lstrip("/")
    if report.exists():
        told = json.loads(report.read_text(encoding="utf-8"))
        smoke.print_table(told)
        complaints += smoke.check(told, smoke.modules_expected())
    else:
        complaints.append("there is no report of the run")
    remains = set(lines(root / "tmp" / "after")) - set(lines(root / "tmp" / "before"))
    complaints += [
        f"left after the purge: {path}"
        for path in sorted(remains)
        if not path.startswith(NOT_OURS) or version_info.PACKAGE in path.removeprefix("/home/")
    ]
    return complaints


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), version_info.app_version()))
