"""The Debian package: the bundle below /opt, its menu entry, and no script that runs as root."""

from __future__ import annotations

import time
from pathlib import Path

import version_info
from linux import tree


def main(bundle: Path, packages: Path, version: str) -> int:
    began = time.monotonic()
    name, architecture = version_info.PACKAGE, tree.ARCHITECTURES[tree.machine()]
    root = tree.fresh(packages.parent.parent / "build" / "deb")
    tree.copy_bundle(bundle, root / tree.INSTALL)
    tree.write_share(root / "usr" / "share", name)
    tree.write_documents(root / "usr" / "share" / "doc" / name, bundle)
    link = root / "usr" / "bin" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(Path("/") / tree.INSTALL / name)
    size = sum(path.lstat().st_size for path in root.rglob("*"))
    # Menus, icons and file types are refreshed by triggers of the packages that keep them.
    control = version_info.debian_control(
        version, architecture=architecture, depends=tree.DEPENDS, installed_kib=size // 1024
    )
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    tree.set_modes(root)
    packages.mkdir(parents=True, exist_ok=True)
    target = packages / f"{name}_{version_info.debian_version(version)}_{architecture}.deb"
    tree.run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, target)
    tree.announce(target, time.monotonic() - began)
    return 0
