#!/usr/bin/env bash
# Lets the program work evenly on a demo of its own: TURNS turns a second over
# HTTP, with ANSWERS answers a second of people who label beside them. A line a
# minute; then whether memory, p99, goroutines and open files stayed flat. Exit 1
# if they did not.
#   MINUTES=60 TURNS=300 ANSWERS=20
#   ZHUOMO_BIN               bin/zhuomo
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${ZHUOMO_BIN:-bin/zhuomo}")
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$binary" demo --once --data "$folder/data" --json >"$folder/demo.json"
"$binary" bench soak --data "$folder/data" --minutes "${MINUTES:-60}" --turns "${TURNS:-300}" --answers "${ANSWERS:-20}" --json | tee "$folder/soak.json"
grep -Eq '"flat": ?true' "$folder/soak.json"
