#!/usr/bin/env bash
# A box, measured: the speaker of the demo as a bundle, run alone by a copy of the
# program, with the network cut where the system lets us.
#   TURNS=1000   how many turns, one after the other
# Prints one JSON object and keeps it in bench/results/box.json.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$PWD/bin/zhuomo
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" demo --once --product speaker --data "$folder/home" --quiet >/dev/null
"$program" export --bundle "$folder/speaker.zhuomo" --data "$folder/home" --quiet >/dev/null
measure=("$program" bench box "$folder/speaker.zhuomo" --turns "${TURNS:-1000}" --json)
network=whole
if unshare -rn sh -c 'ip link set lo up' 2>/dev/null; then
  network=cut
  measure=(unshare -rn sh -c 'ip link set lo up && exec "$@"' sh "${measure[@]}")
fi
figures=$("${measure[@]}")
load=$(cut -d' ' -f1 /proc/loadavg)
printf '{"network":"%s","cores":%s,"load":%s,"system":"%s","version":%s,"figures":%s}\n' \
  "$network" "$(nproc)" "$load" "$(uname -sm)" "$("$program" version --json)" "$figures" | tee bench/results/box.json
