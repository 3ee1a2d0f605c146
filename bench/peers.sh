#!/usr/bin/env bash
# peers.sh NAME PACKAGE==VERSION … makes the Python environment .peers/NAME with
# exactly those packages and prints the path of its python. Made once; made
# anew when the list changes. PEERS_PYTHON names another interpreter (3.10–3.12).
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1
shift
home=.peers/$name
want=$(printf '%s\n' "$@")
if [ -x "$home/bin/python" ] && [ "$(cat "$home/wanted" 2>/dev/null)" = "$want" ]; then
  echo "$PWD/$home/bin/python"
  exit 0
fi
python=${PEERS_PYTHON:-}
for candidate in python3.11 python3.12 python3.10 python3; do
  [ -n "$python" ] && break
  command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && python=$candidate
done
[ -n "$python" ] || { echo "needs Python 3.10, 3.11 or 3.12 with venv (set PEERS_PYTHON)" >&2; exit 1; }
rm -rf "$home"
mkdir -p .peers
"$python" -m venv "$home" >&2
"$home/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2
printf '%s\n' "$want" >"$home/wanted"
echo "$PWD/$home/bin/python"
