#!/bin/sh
# Runs inside the clean Debian that deb_test.py makes: NAME, TESTER and REPORT come from there,
# /package.deb is what is tried. Leaves what it saw in /tmp.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
home=/home/$TESTER

snapshot() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev \) -prune -o -print | sort
}
installed() {
  find "/opt/$NAME" -printf '%p %T@ %s %m\n' | sort
}
running() {
  for process in /proc/[0-9]*; do
    case $(readlink "$process/exe") in
      "/opt/$NAME"*) tr '\0' ' ' <"$process/cmdline" ;;
    esac
  done
}
section() {
  now=$(date +%s)
  echo "== $1: $((now - began)) s"
  began=$now
}
quietly() {
  "$@" >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }
}

useradd --create-home "$TESTER"
began=$(date +%s)
quietly apt-get update
quietly apt-get install -y --no-install-recommends /package.deb
section "installed with $(grep -c '^Setting up' /tmp/said) packages"

# As the program itself looks for its libraries.
LD_LIBRARY_PATH=/opt/$NAME/_internal find "/opt/$NAME" -type f \( -name '*.so*' -o -perm -100 \) -exec ldd {} + 2>/dev/null |
  awk '/:$/ { file = $1 } /not found/ { print file, $1 }' | sort -u >/tmp/unresolved

# What it pulls in stays when it goes: the comparison starts with that.
quietly apt-get purge -y "$NAME"
snapshot >/tmp/before
quietly apt-get install -y --no-install-recommends /package.deb
section "purged and installed again"

installed >/tmp/installed
cd "$home"
env -i HOME="$home" USER="$TESTER" LOGNAME="$TESTER" PATH=/usr/bin:/bin LANG=C.UTF-8 \
  QT_QPA_PLATFORM=offscreen \
  setpriv --reuid="$TESTER" --regid="$TESTER" --init-groups --inh-caps=-all \
  "$NAME" --smoke "$REPORT" --data "$home/Jürgen 李雷" >/tmp/said 2>&1 || cat /tmp/said
section "tried as an ordinary user"

installed | diff /tmp/installed - || { echo "The program wrote into its own folder."; exit 1; }
# Python's tracker of shared memory ends a moment after the program that it belongs to.
for _ in 1 2 3 4 5; do
  left=$(running)
  [ -z "$left" ] && break
  sleep 1
done
[ -z "$left" ] || { echo "A process is left: $left"; exit 1; }

quietly apt-get purge -y "$NAME"
snapshot >/tmp/after
section "purged"
