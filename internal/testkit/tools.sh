#!/usr/bin/env bash
# Installs what the tests need: a browser, a Chinese font, and strace on Linux
# (Debian, when root).
# Elsewhere it only says what is missing; the tests that need it then skip by name.
set -u
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fonts-noto-cjk)
[ "$(uname)" != Linux ] || command -v strace >/dev/null 2>&1 || missing+=(strace)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || { echo "could not install ${missing[*]}"; exit 1; }
else
  echo "missing for the tests: ${missing[*]} (Debian: apt-get install ${missing[*]})"
fi
