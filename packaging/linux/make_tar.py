"""The archive for all other Linux systems: unpack it anywhere and start it."""

from __future__ import annotations

import time
from pathlib import Path

import version_info
from linux import tree

HINTS = """\
{product} {version} for Linux ({machine})

Start it from this folder, as an ordinary user:

    ./{name}                 the window
    ./{name} --help          the command line

It needs glibc 2.35 or later (Ubuntu 22.04, Debian 12, Fedora 36) and what Linux desktops have:
X11 or Wayland, EGL, D-Bus, fontconfig. On a bare system, Debian and Ubuntu:

    apt-get install {packages}

To have it in the menu of your desktop, for yourself (the path must have no spaces):

    mkdir -p ~/.local/bin
    ln -s "$PWD/{name}" ~/.local/bin/
    cp -r share/* ~/.local/share/
    update-desktop-database ~/.local/share/applications
    update-mime-database ~/.local/share/mime

Your data lies in ~/.local/share/{product}, not here: to update, replace this folder.
To remove it all, delete both folders, the link and what was copied to ~/.local/share.
"""


def main(bundle: Path, packages: Path, version: str) -> int:
    began = time.monotonic()
    name, machine = version_info.PACKAGE, tree.machine()
    root = tree.fresh(packages.parent.parent / "build" / "tar") / f"{name}-{version}"
    tree.copy_bundle(bundle, root)
    tree.write_share(root / "share", name)
    # Debian's alternatives and versions mean nothing to apt-get install.
    needs = [need.partition(" ")[0] for need in tree.DEPENDS if not need.startswith("libc6")]
    (root / "INSTALL.txt").write_text(
        HINTS.format(
            product=version_info.PRODUCT,
            version=version,
            machine=machine,
            name=name,
            packages=" ".join(needs).replace("t64", ""),
        ),
        encoding="utf-8",
    )
    tree.copy_file(version_info.ROOT / "LICENSE", root / "LICENSE.txt")
    tree.set_modes(root)
    packages.mkdir(parents=True, exist_ok=True)
    target = packages / f"{name}-{version}-linux-{machine}.tar.xz"
    tree.run(
        *("tar", "--create", "--file", target, "--sort=name", "--owner=0", "--group=0"),
        *("--use-compress-program", "xz -6 -T0", "-C", root.parent, root.name),
    )
    tree.announce(target, time.monotonic() - began)
    return 0
