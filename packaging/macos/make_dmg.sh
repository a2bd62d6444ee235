#!/usr/bin/env bash
# Makes the disk image of one architecture: the app and a link to /Applications.
#
#     packaging/macos/make_dmg.sh "dist/SoleFlip Desktop.app" dist/packages VERSION
#
# LZMA (ULMO) needs macOS 10.15 to be opened; the app needs 13.0.
set -euo pipefail

usage="usage: make_dmg.sh PATH.app FOLDER VERSION"
app=${1:?$usage}
folder=${2:?$usage}
version=${3:?$usage}
app=${app%/}
out=$folder/SoleFlip-Desktop-$version-$(uname -m).dmg

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
ditto "$app" "$stage/$(basename "$app")"
ln -s /Applications "$stage/Applications"
mkdir -p "$folder"

# On build machines Spotlight or XProtect may hold the new volume for some seconds: "Resource busy".
for attempt in 1 2 3 4; do
  if hdiutil create -volname "$(basename "$app" .app)" -srcfolder "$stage" -fs HFS+ \
    -format ULMO -ov "$out"; then
    hdiutil verify "$out"
    ls -l "$out"
    exit 0
  fi
  echo "hdiutil failed, attempt $attempt" >&2
  sleep $((attempt * 10))
done
exit 1
