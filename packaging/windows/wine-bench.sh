#!/bin/bash
# Builds and tries the Windows setup on Debian 12, as root, before a release:
#
#     WORK=FOLDER bash packaging/windows/wine-bench.sh [STAGE...]
#
# Stages, all of them by default: prepare bundle setup trials. WORK takes about 5 GB and keeps the
# chroot, the wheels and the bundle for the next run. PYTHON, by default that of .venv-release, must
# be 3.12 with pip and the `packaging` library; it lends its standard library. TRIAL_USERS names the
# users to try as. Releases come from a Windows computer: this is a test bench, whose Windows Python
# is put together from what the panda3d wheel carries for building from other systems.
#
# Needs debootstrap nsis xvfb gcc-mingw-w64-x86-64 unzip imagemagick. wine is Debian 13's, in a
# chroot, because Debian 12's cannot run postgres.exe. The result is WORK/summary.txt; the exit code
# is 0 when every trial passed.
set -euo pipefail

# Mounts and processes of the bench live in name spaces of their own, and end with it.
if [ -z "${SOLEFLIP_BENCH:-}" ]; then
  export SOLEFLIP_BENCH=1
  exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private bash "$0" "$@"
fi

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
WORK=${WORK:?name a folder with 5 GB}
PYTHON=${PYTHON:-$ROOT/.venv-release/bin/python}
PANDA3D=1.10.16
CHROOT=$WORK/trixie
BASE=$WORK/prefix
INSIDE=/bench # WORK as the chroot sees it
WINE_USER=root
mkdir -p "$WORK"
cd "$WORK"

say() { printf '%s  %s\n' "$(date +%T)" "$*" | tee -a "$WORK/summary.txt"; }

timed() { # NAME COMMAND...
  local name=$1 began=$SECONDS
  shift
  "$@"
  say "$name: $((SECONDS - began)) s"
}

main() {
  : >summary.txt
  trap finish EXIT
  trap 'exit 143' INT TERM # the first process of a name space ignores them otherwise
  look_at_python
  open_chroot
  if [ $# = 0 ]; then set -- prepare bundle setup trials; fi
  for stage in "$@"; do
    timed "stage $stage" "$stage"
  done
}

finish() {
  local code=$?
  if [ -n "${SCREEN:-}" ]; then # or its lock in /tmp would stay
    kill "$SCREEN"
    wait "$SCREEN" || true
  fi
  if [ $code -ne 0 ]; then say "FAILED (exit code $code)"; fi
}

look_at_python() {
  if ! "$PYTHON" -c 'import sys, packaging, pip; sys.exit(sys.version_info[:2] != (3, 12))'; then
    say "$PYTHON is not Python 3.12 with pip and the \`packaging\` library."
    say "Name one that is: PYTHON=/path/to/python3.12 WORK=... bash $0"
    return 1
  fi
}

open_chroot() {
  if [ ! -e chroot.made ]; then
    rm -rf --one-file-system "$CHROOT"
    timed "chroot" debootstrap --variant=minbase \
      --include=ca-certificates,wine,wine64,libgl1,fonts-dejavu-core trixie "$CHROOT" \
      >debootstrap.log
    touch chroot.made
  fi
  mkdir -p home/root "$CHROOT$INSIDE" "$CHROOT/tmp/.X11-unix"
  chmod 755 home # wine, which makes it where it is missing, shuts other users out
  mount --bind "$WORK" "$CHROOT$INSIDE"
  mount --bind /dev "$CHROOT/dev"
  mount -t proc proc "$CHROOT/proc"
  mount -t tmpfs tmpfs "$CHROOT/tmp" # wineserver's sockets: none may be left of another run
  chmod 1777 "$CHROOT/tmp"
  mkdir -p "$CHROOT/tmp/.X11-unix" /tmp/.X11-unix
  mount --bind /tmp/.X11-unix "$CHROOT/tmp/.X11-unix"
  rm -f display.txt
  Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp >xvfb.log 2>&1 3>display.txt &
  SCREEN=$!
  until [ -s display.txt ]; do sleep 0.2; done
}

# wine drops every QT_* variable, so Qt draws by its windows plugin on the virtual screen.
wine10() {
  local prefix=$INSIDE/prefix
  if [ "$WINE_USER" != root ]; then prefix=$INSIDE/home/$WINE_USER/prefix; fi
  chroot --userspec="$(id_of "$WINE_USER")" "$CHROOT" /usr/bin/env -i \
    HOME="$INSIDE/home/$WINE_USER" PATH=/usr/bin:/bin LANG=C.UTF-8 DISPLAY=":$(cat display.txt)" XDG_RUNTIME_DIR=/tmp \
    WINEARCH=win64 WINEDEBUG=-all WINEPREFIX="$prefix" \
    WINEDLLOVERRIDES="mscms=n;ucrtbase=n,b;winemenubuilder.exe=d" PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 \
    timeout --foreground "${LIMIT:-600}" wine "$@"
}

# A user of the chroot whose name Windows programs see, say as C:\users\Jürgen.
id_of() {
  if [ "$1" = root ]; then
    echo 0:0
    return
  fi
  if ! grep -q "^$1:" "$CHROOT/etc/passwd"; then
    local id=$((3000 + $(wc -l <"$CHROOT/etc/passwd")))
    echo "$1:x:$id:$id::$INSIDE/home/$1:/bin/sh" >>"$CHROOT/etc/passwd"
    echo "$1:x:$id:" >>"$CHROOT/etc/group"
  fi
  awk -F: -v name="$1" '$1 == name { print $3 ":" $4 }' "$CHROOT/etc/passwd"
}

# ---------------------------------------------------------------------------------------- prepare
prepare() {
  "$PYTHON" "$HERE/win_requirements.py" >windows.txt
  timed "wheels" download wheels --require-hashes -r windows.txt
  download panda3d "panda3d==$PANDA3D"
  if [ ! -x python/python.exe ]; then assemble_python; fi
  if [ ! -d "$BASE/drive_c" ]; then timed "prefix" make_prefix; fi
  timed "packages" install_wheels
  wine10 "$INSIDE/python/python.exe" -c \
    'import sys, platform; print("Python", sys.version, "on", platform.platform())' | tee -a summary.txt
}

download() { # FOLDER REQUIREMENT...
  local folder=$1
  shift
  "$PYTHON" -m pip download -q --no-deps --only-binary=:all: --platform win_amd64 -d "$folder" \
    --python-version 3.12 --implementation cp --abi cp312 --abi abi3 --abi none "$@"
}

assemble_python() {
  local from=panda3d/deploy_libs library
  library=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
  rm -rf python
  mkdir -p python/DLLs
  unzip -q -o panda3d/panda3d-*.whl 'deploy_libs/*' -d panda3d
  cp $from/*.pyd $from/lib*.dll $from/sqlite3.dll $from/zlib1.dll python/DLLs/
  rm python/DLLs/_tkinter.pyd
  cp $from/python312.dll python/
  cp $from/VCRUNTIME140.dll python/vcruntime140.dll
  cp $from/VCRUNTIME140_1.dll python/vcruntime140_1.dll
  cp -r "$library" python/Lib
  rm -rf python/Lib/{test,idlelib,tkinter,lib-dynload,site-packages} python/Lib/config-*
  find python/Lib -name __pycache__ -prune -exec rm -rf {} +
  mkdir python/Lib/site-packages
  forward_stable_abi
  x86_64-w64-mingw32-gcc -Wall -O2 -municode -s -o python/python.exe "$HERE/wine/python.c"
}

# python3.dll, for extensions of the stable ABI such as PySide6: every name leads to python312.dll.
forward_stable_abi() {
  {
    printf 'LIBRARY python3\nEXPORTS\n'
    exports python/python312.dll | sed 's/.*/&=python312.&/'
  } >python3.def
  echo 'int DllMain(void *a, int b, void *c) { return 1; }' >python3.c
  x86_64-w64-mingw32-gcc -shared -nostartfiles -s -Wl,-e,DllMain -o python/python3.dll \
    python3.c python3.def
}

make_prefix() {
  wine10 wineboot -u >wineboot.log 2>&1
  wine10 winecfg -v win10
  wait_for_wine
  add_missing_libraries "$BASE"
}

wait_for_wine() {
  local prefix=$INSIDE/prefix
  if [ "$WINE_USER" != root ]; then prefix=$INSIDE/home/$WINE_USER/prefix; fi
  chroot --userspec="$(id_of "$WINE_USER")" "$CHROOT" /usr/bin/env WINEPREFIX="$prefix" \
    timeout 120 wineserver -w
}

# What Windows has and wine has not. In system32, and never beside python.exe.
add_missing_libraries() { # PREFIX
  local name
  for name in icuuc mscms; do
    x86_64-w64-mingw32-gcc -Wall -O2 -shared -s -o "$1/drive_c/windows/system32/$name.dll" \
      "$HERE/wine/$name.c"
  done
  replace_runtime "$1/drive_c/windows/system32"
}

# wine takes a library for its own by a mark in the file: without it, it may have another name.
replace_runtime() { # SYSTEM32
  local own
  own=$(find "$CHROOT/usr/lib" -path '*x86_64-windows/ucrtbase.dll')
  sed 's/Wine builtin DLL/Wine renamed DLL/' "$own" >"$1/ucrtwine.dll"
  {
    printf 'LIBRARY ucrtbase\nEXPORTS\n'
    exports "$own" | grep -vxE '(creal|cimag)[fl]?' | sed 's/.*/"&"="ucrtwine.&"/'
  } >ucrtbase.def
  x86_64-w64-mingw32-gcc -Wall -O2 -fno-builtin -shared -nostdlib -s -Wl,-e,DllMain \
    -o "$1/ucrtbase.dll" "$HERE/wine/ucrtbase.c" ucrtbase.def
}

exports() { # LIBRARY
  x86_64-w64-mingw32-objdump -p "$1" | awk '/Ordinal\/Name Pointer/ { on = 1; next }
    /^$/ { on = 0 } on && /\[ *[0-9]+\]/ { print $NF }'
}

install_wheels() {
  "$PYTHON" -m pip install -q --no-index --no-deps --no-compile --upgrade \
    --target python/Lib/site-packages --platform win_amd64 --python-version 3.12 \
    --implementation cp --abi cp312 --abi abi3 --abi none --only-binary=:all: wheels/*.whl
}

# ----------------------------------------------------------------------------------------- bundle
bundle() {
  rm -rf source dist build
  mkdir source
  tar -C "$ROOT" -c --exclude __pycache__ soleflip_desktop migrations resources packaging \
    pyproject.toml LICENSE CHANGELOG.md README.md | tar -x -C source
  if ! LIMIT=1500 wine10 "$INSIDE/python/python.exe" -m PyInstaller --noconfirm \
    --distpath "Z:${INSIDE/\//\\}\\dist" --workpath "Z:${INSIDE/\//\\}\\build" \
    "Z:${INSIDE/\//\\}\\source\\packaging\\app.spec" >pyinstaller.log 2>&1; then
    tail -n 30 pyinstaller.log
    return 1
  fi
  if find dist -iname icuuc.dll -o -iname mscms.dll -o -iname 'ucrt*.dll' | grep .; then
    say "the bundle took a library that only the bench has"
    return 1
  fi
  if ! know_libraries; then
    say "the bundle has libraries that packaging/native-libraries.toml does not know"
    return 1
  fi
  say "bundle: $(du -sm dist | cut -f1) MB, $(find dist -type f | wc -l) files"
}

know_libraries() {
  "$PYTHON" -c '
import pathlib, sys
sys.path[:0] = ["source/packaging"]
import shipped
_, strangers = shipped.libraries(shipped.library_paths(pathlib.Path(sys.argv[1])))
sys.exit("\n".join(map(str, strangers)) or 0)' "dist/$PROGRAM"
}

# ------------------------------------------------------------------------------------------ setup
PROGRAM='SoleFlip Desktop'
NEXT_VERSION=99.0.0

# The version of the tree, and one that is newer.
setup() {
  local version
  version=$("$PYTHON" source/packaging/version_info.py)
  rm -rf packages
  "$PYTHON" source/packaging/windows/make_setup.py "dist/$PROGRAM" packages | tee -a summary.txt
  "$PYTHON" source/packaging/windows/make_setup.py "dist/$PROGRAM" packages --uncompressed \
    --version "$NEXT_VERSION" | tee -a summary.txt
  ln -s "SoleFlip-Desktop-$version-setup.exe" packages/this.exe
  ln -s "SoleFlip-Desktop-$NEXT_VERSION-setup.exe" packages/next.exe
}

# ----------------------------------------------------------------------------------------- trials
FAILURES=0

trials() {
  local user
  for user in ${TRIAL_USERS:-seller Jürgen 李雷}; do
    WINE_USER=$user
    say "--- user $user"
    timed "user $user" try_as_user
  done
  WINE_USER=root
  say "$FAILURES checks failed"
  [ "$FAILURES" = 0 ]
}

check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@"; then
    say "    ok  $name"
  else
    say "FAILED  $name"
    FAILURES=$((FAILURES + 1))
  fi
}

# Ends with that exit code. Tells how long it took.
exits() { # CODE COMMAND...
  local wanted=$1 code=0 began=$SECONDS
  shift
  "$@" >last.txt 2>&1 || code=$?
  say "        $((SECONDS - began)) s, exit code $code"
  if [ $code != "$wanted" ]; then tail -n 20 last.txt; fi
  [ $code = "$wanted" ]
}

setup_program() { # this|next OPTION...
  local which=$1
  shift
  wine10 "$INSIDE/packages/$which.exe" "$@"
}

# In place, not from a copy of itself, so that its exit code is seen; it then cannot delete itself.
uninstaller() {
  local place
  place=$(windows_path "$PLACE")
  # One word to Python, as NSIS wants this option without the quotes that wine would put around it.
  by_python 'sys.argv[1]' "\"$place\\Uninstall.exe\" $* _?=$place"
}

installed() { # PROGRAM ARGUMENT...
  local program=$1
  shift
  by_python 'sys.argv[1:]' "$(windows_path "$PLACE")\\$program" "$@"
}

# A program with threads may end for Linux as killed. For Windows it has its own exit code.
by_python() { # WHAT-TO-RUN ARGUMENT...
  local what=$1
  shift
  wine10 "$INSIDE/python/python.exe" -c \
    "import subprocess, sys; sys.exit(subprocess.run($what).returncode)" "$@"
}

windows_path() { # FOLDER below drive_c
  local path=C:${1#*drive_c}
  echo "${path//\//\\}"
}

same_tree() { diff -rq "dist/$PROGRAM" "$PLACE" -x Uninstall.exe; }
gone() { [ ! -e "$1" ]; }
there() { [ -e "$1" ]; }
listing() { find "$PLACE" -printf '%P %s %T@\n' | sort; }
registered() { wine10 reg query "$@" >last.txt 2>&1; }
forgotten() { ! registered "$@"; }
app_runs() { wine10 tasklist >last.txt 2>&1 && grep -q "$PROGRAM.exe" last.txt; }
units() { installed soleflip.exe items list --json 2>last.txt | sed -n 's/^  "total": \([0-9]*\),.*/\1/p'; }

CLASSES='HKCU\Software\Classes'
ENTRY='HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\SoleFlip Desktop'

try_as_user() {
  local home=home/$WINE_USER drive profile
  rm -rf "$home"
  mkdir -p "$home"
  chown "$(id_of "$WINE_USER")" "$home"
  LIMIT=120 wine10 wineboot -u >wineboot.log 2>&1
  wine10 winecfg -v win10
  wait_for_wine
  add_missing_libraries "$home/prefix"
  drive=$home/prefix/drive_c
  profile=$drive/users/$WINE_USER
  DATA="$profile/AppData/Local/$PROGRAM"
  PLACE="$profile/AppData/Local/Programs/$PROGRAM"
  SHARED="$drive/ProgramData/$PROGRAM"
  LINK="$profile/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/$PROGRAM.lnk"

  install_and_use
  lose_the_server
  refuse_while_running
  refuse_files_in_use
  upgrade
  refuse_folders
  remove
  put_back
  wait_for_wine
}

install_and_use() {
  check "silent setup" exits 0 setup_program this /S
  check "the files are the bundle's" same_tree
  check "start menu" there "$LINK"
  check "import profiles open with the app" registered "$CLASSES\\SoleFlip.ImportProfile\\shell\\open\\command"
  check "listed among the programs" registered "$ENTRY" /v EstimatedSize
  check "version" exits 0 installed soleflip.exe --version
  check "database made, server started, upgraded" exits 0 installed soleflip.exe db status --json
  check "sample imported" exits 0 installed soleflip.exe import --json \
    "$(windows_path "$PLACE")\\_internal\\resources\\samples\\stockx-sales-sample.csv"
  UNITS=$(units)
  say "        $UNITS units"
  check "units are there" [ "${UNITS:-0}" -gt 0 ]
  check "data in the user's folder" there "$DATA"
  check "smoke" exits 0 installed "$PROGRAM.exe" --smoke "C:\\users\\$WINE_USER\\smoke.json" \
    --data "C:\\users\\$WINE_USER\\Bücher 李雷" --shot "C:\\users\\$WINE_USER\\smoke.png"
  check "every step of it" smoke_is_whole "$profile/smoke.json"
}

smoke_is_whole() { # REPORT
  "$PYTHON" -c '
import json, pathlib, sys
sys.path[:0] = ["source/packaging"]
import smoke
report = json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))
smoke.print_table(report)
found = smoke.check(report, smoke.modules_expected("win32"))
sys.exit("\n".join(found) or 0)' "$1" >smoke.txt
}

start_app() {
  installed "$PROGRAM.exe" >app.txt 2>&1 &
  APP=$!
  for _ in $(seq 60); do
    sleep 1
    if wine10 tasklist 2>/dev/null | grep -q postgres.exe; then return; fi
  done
}

close_app() { # as a click on the window's cross does
  wine10 taskkill /IM "$PROGRAM.exe" >last.txt 2>&1 || true
}

# Killed under the open window, which starts it again where everybody looks for it.
lose_the_server() {
  local pid port
  printf '[first_run]\r\nanswered=true\r\n' >"$DATA/window.ini"
  start_app
  sleep 15
  pid=$(server_says 1) port=$(server_says 4)
  check "server killed" exits 0 wine10 taskkill /F /PID "$pid"
  for _ in $(seq 60); do
    sleep 1
    if [ "$(server_says 8)" = ready ] && [ "$(server_says 1)" != "$pid" ]; then break; fi
  done
  check "server back" [ "$(server_says 1)" != "$pid" ]
  check "at the same port" [ "$(server_says 4)" = "$port" ]
  check "with the same units" [ "$(units)" = "$UNITS" ]
  close_app
  wait $APP || true
  check "server stopped with the app" gone "$DATA/pgdata/postmaster.pid"
}

server_says() { # LINE of its pid file
  sed -n "$1p" "$DATA/pgdata/postmaster.pid" 2>/dev/null | tr -d ' \r'
}

refuse_while_running() {
  local before
  start_app
  before=$(listing)
  check "setup refuses while the app runs" exits 5 setup_program next /S
  check "uninstaller refuses while the app runs" exits 5 uninstaller /S /DELETEDATA
  check "nothing was touched" [ "$before" = "$(listing)" ]
  (sleep 5 && close_app) &
  check "setup waits for the app to end" exits 0 setup_program next /S /WAIT
  wait $APP || true
  check "server stopped with the app" gone "$DATA/pgdata/postmaster.pid"
}

# Files that can be neither moved nor removed. Here the version from before is the newer one.
refuse_files_in_use() {
  local holder before
  wine10 "$INSIDE/python/python.exe" -c 'import sys, time; held = open(sys.argv[1]); time.sleep(15)' \
    "$(windows_path "$PLACE")\\soleflip.exe" >last.txt 2>&1 &
  holder=$!
  sleep 5
  check "setup refuses while a file of it is in use" exits 5 setup_program this /S
  wait $holder || true
  check "all was put back" same_tree
  mkdir -p "$PLACE/_before/_internal" # root's, so the user cannot remove what is in it
  touch "$PLACE/_before/_internal/held.dll" "$PLACE/_replaced"
  before=$(listing)
  check "setup refuses where a rest cannot be removed" exits 5 setup_program this /S /RESTART
  check "nothing was touched" [ "$before" = "$(listing)" ]
  sleep 15
  check "the app was started again" app_runs
  close_app
  sleep 8
  rm -rf "$PLACE/_before" "$PLACE/_replaced"
}

upgrade() {
  check "files of the new version" same_tree
  registered "$ENTRY" /v DisplayVersion
  check "version of the new one" grep -q "$NEXT_VERSION" last.txt
  touch "$PLACE/_internal/of-an-older-version.dll"
  check "setup over it, app started again" exits 0 setup_program this /S /RESTART
  check "no stale file" same_tree
  sleep 15
  check "the app runs again" app_runs
  close_app
  sleep 8
  check "data survived" [ "$(units)" = "$UNITS" ]
}

refuse_folders() {
  mkdir -p "$drive/other/_internal"
  check "folder with too long a name" exits 3 setup_program this /S \
    "/D=C:\\$(printf 'a%.0s' $(seq 160))"
  check "folder of another program" exits 3 setup_program this /S '/D=C:\other'
}

remove() {
  check "silent uninstall" exits 0 uninstaller /S
  rm -f "$PLACE/Uninstall.exe"
  check "program gone" [ -z "$(find "$PLACE" -mindepth 1 2>/dev/null)" ]
  check "start menu clean" gone "$LINK"
  check "registry clean" forgotten "$ENTRY"
  check "association gone" forgotten "$CLASSES\\.soleflip-profile"
  check "data kept" there "$DATA"
  check "setup again" exits 0 setup_program this /S /DESKTOP
  check "desktop" there "$profile/Desktop/$PROGRAM.lnk"
  check "data found again" [ "$(units)" = "$UNITS" ]
  work_without_ascii_names
  wine10 reg add "$CLASSES\\.soleflip-profile" /ve /d Other.Class /f >last.txt 2>&1
  check "uninstall with the data" exits 0 uninstaller /S /DELETEDATA
  registered "$CLASSES\\.soleflip-profile" /ve
  check "profiles left to the program that has them now" grep -q Other.Class last.txt
  check "desktop clean" gone "$profile/Desktop/$PROGRAM.lnk"
  check "data gone" gone "$DATA"
  check "database of another data folder kept" there "$OTHER_HOME/pgdata/PG_VERSION"
  rm -rf "$OTHER_HOME"
  check "nothing else left in ProgramData" [ -z "$(find "$SHARED" -type f)" ]
}

# Windows may have no ASCII name for a folder; wine always has one. Here the app is told of none.
NO_ASCII_NAMES='
import sys, time
sys.path.insert(0, r"Z:\bench\source")
from soleflip_desktop.db.embedded import windows
windows.ascii_form = lambda *_: None
'

without_ascii_names() { # ARGUMENT...
  wine10 "$INSIDE/python/python.exe" -c "$NO_ASCII_NAMES
from soleflip_desktop.cli import main; sys.exit(main(sys.argv[1:]))" "$@"
}

work_without_ascii_names() {
  local server place
  check "its own folder is told from another user's" exits 0 wine10 "$INSIDE/python/python.exe" -c \
    "$NO_ASCII_NAMES
from pathlib import Path
theirs, ours = Path(sys.argv[1]), Path.home() / 'ours'
ours.mkdir()
allowed = {windows.process_sid(), windows.LOCAL_SYSTEM, windows.ADMINISTRATORS}
sys.exit(windows.owner_sid(ours) not in allowed or windows.owner_sid(theirs) in allowed)" 'Z:\bench\source'
  check "database where no name is ASCII" exits 0 without_ascii_names db status --json
  check "its programs in ProgramData" [ -n "$(find "$SHARED"/*/postgresql-* -name postgres.exe)" ]
  check "its data in ProgramData" [ -n "$(find "$SHARED"/*/data-*/pgdata -name PG_VERSION)" ]
  check "the data folder says so" there "$DATA/WHERE-THE-DATABASE-IS.txt"
  wine10 "$INSIDE/python/python.exe" -c "$NO_ASCII_NAMES
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.settings.paths import DataFolder, data_dir
with EmbeddedServer(DataFolder(data_dir())) as server:
    server.acquire(exclusive=False); time.sleep(20)" >server.txt 2>&1 &
  server=$!
  sleep 10
  check "setup refuses while that server runs" exits 5 setup_program this /S
  wait $server || true
  check "setup when it has ended" exits 0 setup_program this /S
  check "programs of the old version gone" [ -z "$(find "$SHARED" -name postgres.exe)" ]
  check "data still in ProgramData" [ -n "$(find "$SHARED"/*/data-*/pgdata -name PG_VERSION)" ]
  check "database of another data folder" exits 0 without_ascii_names \
    --data "C:\\users\\$WINE_USER\\other" db status --json
  place=$(tail -n 1 "$profile/other/WHERE-THE-DATABASE-IS.txt" | tr -d '\r')
  place=${place#C:}
  OTHER_HOME=$drive${place//\\//}
  check "in ProgramData too" there "$OTHER_HOME/pgdata/PG_VERSION"
}

# The disk is full while setup copies: what was there before must be there again, and work.
put_back() {
  local small=$CHROOT$INSIDE/$drive/small size
  size=$(du -sm dist | cut -f1)
  mkdir -p "$small"
  mount -t tmpfs -o "size=$((size / 2))m,uid=$(id_of "$WINE_USER" | cut -d: -f1)" tmpfs "$small"
  PLACE=$small/SoleFlip
  check "first setup on a full disk" exits 2 setup_program this /S '/D=C:\small\SoleFlip'
  check "nothing of it is left" gone "$PLACE"
  mount -o "remount,size=$((size * 3 / 2))m" "$small"
  check "setup on a small disk" exits 0 setup_program this /S '/D=C:\small\SoleFlip'
  touch "$PLACE/_internal/of-the-version-from-before.dll"
  fail_to_update "on a full disk"
  leave_half_copied
  fail_to_update "on a full disk, after one that was killed while it copied"
  leave_half_removed
  fail_to_update "on a full disk, after one that was killed while it cleared up"
  rm -f "$PLACE/_internal/of-the-version-from-before.dll"
  check "all of it" same_tree
  check "it runs" exits 0 installed soleflip.exe --version
  check "uninstall" exits 0 uninstaller /S
  check "nothing left in ProgramData" gone "$SHARED"
  umount "$small"
}

fail_to_update() { # WHEN
  check "update $1" exits 2 setup_program next /S
  check "the version from before is back" there "$PLACE/_internal/of-the-version-from-before.dll"
}

leave_half_copied() {
  mkdir "$PLACE/_before"
  mv "$PLACE"/{_internal,"$PROGRAM.exe",soleflip.exe} "$PLACE/_before"
  mkdir "$PLACE/_internal"
  echo half | tee "$PLACE/_internal/half.dll" >"$PLACE/$PROGRAM.exe"
  chown -R "$(id_of "$WINE_USER")" "$PLACE"
}

leave_half_removed() {
  mkdir -p "$PLACE/_before/_internal"
  touch "$PLACE/_before/_internal/half.dll" "$PLACE/_replaced"
  chown -R "$(id_of "$WINE_USER")" "$PLACE"
}

main "$@"
