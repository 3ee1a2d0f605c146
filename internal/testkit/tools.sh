#!/usr/bin/env bash
# Installs what the tests need: a browser, a Chinese font, PostgreSQL, and strace
# on Linux (Debian, when root).
# Elsewhere it only says what is missing; the tests that need it then skip by name.
set -u
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fonts-noto-cjk)
[ "$(uname)" != Linux ] || command -v strace >/dev/null 2>&1 || missing+=(strace)
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then missing+=(postgresql); fi
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # The tests run a PostgreSQL of their own: no service beside it.
  if [ ! -e /etc/postgresql-common ]; then
    mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  fi
  apt-get update -qq >/dev/null 2>&1
  apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null || { echo "could not install ${missing[*]}"; exit 1; }
else
  echo "missing for the tests: ${missing[*]} (Debian: apt-get install ${missing[*]})"
fi
