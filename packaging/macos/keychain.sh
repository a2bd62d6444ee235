#!/usr/bin/env bash
# A keychain for one run of the release workflow, with the Developer ID certificate in it.
#
#     packaging/macos/keychain.sh make     MACOS_CERTIFICATE, MACOS_CERTIFICATE_PASSWORD
#     packaging/macos/keychain.sh drop
#
# MACOS_CERTIFICATE is the .p12 file in base64. `security import` takes its password only on the
# command line, which every process may read. So the file is wrapped anew with a random word that
# is worth nothing afterwards, and the real password stays in the environment.
set -euo pipefail

keychain=${RUNNER_TEMP:?}/soleflip-signing.keychain-db

make_keychain() {
  : "${MACOS_CERTIFICATE:?}" "${MACOS_CERTIFICATE_PASSWORD:?}"
  local scratch once
  scratch=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder's name of now
  trap "rm -rf '$scratch'" EXIT
  umask 077
  once=$(/usr/bin/openssl rand -hex 24)
  export once
  printf '%s' "$MACOS_CERTIFICATE" | base64 --decode >"$scratch/sent.p12"
  # The system's own: `security` does not read what OpenSSL 3 writes by default.
  # A file in a folder of our own, not a pipe: openssl reads it once for the key, once for the rest.
  /usr/bin/openssl pkcs12 -in "$scratch/sent.p12" -passin env:MACOS_CERTIFICATE_PASSWORD -nodes \
    -out "$scratch/open.pem"
  /usr/bin/openssl pkcs12 -export -in "$scratch/open.pem" -passout env:once \
    -out "$scratch/once.p12"
  security create-keychain -p "$once" "$keychain"
  security set-keychain-settings -lut 21600 "$keychain"
  security unlock-keychain -p "$once" "$keychain"
  security import "$scratch/once.p12" -k "$keychain" -P "$once" -T /usr/bin/codesign
  security set-key-partition-list -S apple-tool:,apple:,codesign: -s -k "$once" "$keychain" \
    >/dev/null
  # In front of the login keychain, which stays in the list.
  # shellcheck disable=SC2046 # one word a keychain
  security list-keychains -d user -s "$keychain" \
    $(security list-keychains -d user | tr -d '"')
  security find-identity -v -p codesigning "$keychain"
}

case ${1:-} in
  make) make_keychain ;;
  drop) [ ! -e "$keychain" ] || security delete-keychain "$keychain" ;;
  *)
    echo "usage: keychain.sh make|drop" >&2
    exit 64
    ;;
esac
