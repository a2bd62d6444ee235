"""The AppImage: its folder is made and tried here; appimagetool, where it is, packs it.

appimagetool and the runtime that it puts in front come from the AppImage project's releases on
GitHub; no package registry has them. A runner downloads them and checks their hash.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import version_info
from linux import tree


def main(bundle: Path, packages: Path, version: str) -> int:
    began = time.monotonic()
    folder = make_folder(bundle, packages.parent.parent / "build" / "AppDir")
    said = subprocess.run([folder / "AppRun", "--version"], capture_output=True, check=False)
    if said.returncode != 0 or version not in said.stdout.decode():
        print(f"{folder}/AppRun does not run:\n{said.stderr.decode(errors='replace')}")
        return 1
    print(f"{folder}/AppRun runs: {said.stdout.decode().strip()}")
    tool = shutil.which("appimagetool")
    if tool is None:
        print(
            "appimagetool is not on the PATH, so nothing is packed. It is in the releases of the "
            "AppImage project on GitHub (AppImage/appimagetool); the release workflow gets it.",
        )
        return 0
    packages.mkdir(parents=True, exist_ok=True)
    target = packages / f"{version_info.PACKAGE}-{version}-{tree.machine()}.AppImage"
    subprocess.run(
        [tool, "--no-appstream", str(folder), str(target)],
        env=os.environ | {"ARCH": tree.machine(), "VERSION": version},
        check=True,
    )
    tree.announce(target, time.monotonic() - began)
    return 0


def make_folder(bundle: Path, folder: Path) -> Path:
    """An AppDir; AppRun is a link, as the program finds its files beside what the link leads to."""
    name, identifier = version_info.PACKAGE, version_info.IDENTIFIER
    tree.copy_bundle(bundle, tree.fresh(folder) / tree.INSTALL)
    share = folder / "usr" / "share"
    tree.write_share(share, name)
    (folder / "AppRun").symlink_to(tree.INSTALL / name)
    (folder / f"{identifier}.desktop").symlink_to(
        Path("usr/share/applications") / f"{identifier}.desktop"
    )
    tree.copy_file(tree.ICONS / "soleflip-256.png", folder / f"{name}.png")
    (folder / ".DirIcon").symlink_to(f"{name}.png")
    tree.set_modes(folder)
    return folder
