#!/usr/bin/env bash
# Signs an app or a disk image.
#
#     SIGN_IDENTITY="Developer ID Application: ..." packaging/macos/sign.sh PATH.app|PATH.dmg
#
# An app is signed from the inside out: each Mach-O file, the deepest first, then the frameworks as
# bundles, the app itself last. `codesign --deep` would skip what lies in Resources, where
# PostgreSQL is, and notarisation then refuses the app.
#
# Without SIGN_IDENTITY an app is signed ad hoc, which Apple silicon needs to run it at all. The
# hardened runtime stays off then: it loads only libraries of one team, and ad-hoc code has none.
#
# entitlements.plist is empty and has no comment: AMFI does not parse plists that do. If a callback
# of ctypes or cffi crashes, com.apple.security.cs.allow-unsigned-executable-memory goes into it.
set -euo pipefail

target=${1:?usage: sign.sh PATH.app|PATH.dmg}
identity=${SIGN_IDENTITY:--}
entitlements=$(cd "$(dirname "$0")" && pwd)/entitlements.plist

if [ "$identity" = - ]; then
  options=(--timestamp=none)
else
  options=(--timestamp --options runtime)
fi

sign() {
  codesign --force "${options[@]}" --sign "$identity" "$@"
}

deepest_first() {
  awk -F/ '{ print NF "\t" $0 }' | sort -rn | cut -f2-
}

mach_o_files() {
  find "$1" -type f | deepest_first | while IFS= read -r path; do
    case $(file -b "$path") in
      Mach-O*) printf '%s\n' "$path" ;;
      *) ;;
    esac
  done
}

sign_app() {
  local app=$1 main count=0 path
  main=$app/Contents/MacOS/$(plutil -extract CFBundleExecutable raw -o - "$app/Contents/Info.plist")
  xattr -cr "$app"
  # A file, not a pipe: the loop's failures have to end the script.
  local list
  list=$(mktemp)
  mach_o_files "$app/Contents" >"$list"
  while IFS= read -r path; do
    # Naming the main executable means the whole bundle, which has to wait for its contents.
    [ "$path" = "$main" ] && continue
    sign "$path"
    count=$((count + 1))
  done <"$list"
  find "$app/Contents" -type d -name '*.framework' | deepest_first >"$list"
  while IFS= read -r path; do
    sign "$path"
  done <"$list"
  rm -f "$list"
  sign --entitlements "$entitlements" "$app"
  codesign --verify --strict --deep --verbose=2 "$app"
  echo "Signed $count Mach-O files and $app as ${identity}."
}

case $target in
  *.app) sign_app "${target%/}" ;;
  *.dmg) if [ "$identity" = - ]; then
    echo "No identity: $target stays unsigned."
  else
    codesign --force --timestamp --sign "$identity" "$target"
    codesign --verify --strict --verbose=2 "$target"
  fi ;;
  *)
    echo "sign.sh signs an .app or a .dmg, not $target" >&2
    exit 64
    ;;
esac
