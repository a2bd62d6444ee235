#!/usr/bin/env bash
# Has Apple notarise an app or a disk image, staples the ticket to it and asks Gatekeeper.
#
#     packaging/macos/notarise.sh PATH.app|PATH.dmg
#
# Takes an App Store Connect API key from the environment: NOTARY_KEY (the text of the .p8 file),
# NOTARY_KEY_ID, NOTARY_ISSUER. The app goes first and the image that holds it second, so that the
# copy in /Applications has its own ticket and starts without a network.
set -euo pipefail

target=${1:?usage: notarise.sh PATH.app|PATH.dmg}
target=${target%/}
: "${NOTARY_KEY:?}" "${NOTARY_KEY_ID:?}" "${NOTARY_ISSUER:?}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
(umask 077 && printf '%s\n' "$NOTARY_KEY" >"$scratch/key.p8")
unset NOTARY_KEY

case $target in
  *.app)
    upload=$scratch/upload.zip
    ditto -c -k --keepParent "$target" "$upload"
    gatekeeper=(--type execute)
    ;;
  *.dmg)
    upload=$target
    gatekeeper=(--type open --context context:primary-signature)
    ;;
  *)
    echo "notarise.sh takes an .app or a .dmg, not $target" >&2
    exit 64
    ;;
esac

notary() {
  local verb=$1
  shift
  xcrun notarytool "$verb" "$@" --key "$scratch/key.p8" --key-id "$NOTARY_KEY_ID" \
    --issuer "$NOTARY_ISSUER"
}

field() {
  plutil -extract "$1" raw -o - "$scratch/answer.json"
}

# A refusal still ends with a status and a log that says which file is wrong.
notary submit "$upload" --wait --timeout 45m --output-format json >"$scratch/answer.json" || true
cat "$scratch/answer.json"
if [ "$(field status)" != Accepted ]; then
  notary log "$(field id)" >&2 || true
  exit 1
fi
xcrun stapler staple "$target"
xcrun stapler validate "$target"
spctl --assess -vv "${gatekeeper[@]}" "$target"
