#!/usr/bin/env bash
# Would moods of outside sets help a product? Its own sentences alone against the
# same with rows of CPED and XED, as one model and as a second one for the moods.
# Keeps the runs in bench/results/mood.json and prints: name with own ratio.
#   PRODUCT  folder of a product with a moods.yaml, default the one there is
#   ZHUOMO_SETS, ZHUOMO_BIN, QUICK=1 as for the other races (python3 alone is needed)
set -euo pipefail
cd "$(dirname "$0")/.."
for set in cped/test_split.csv.gz xed-zh/cn-projections.tsv; do
  if [ ! -f "${ZHUOMO_SETS:-}/$set" ]; then
    echo "skipped: needs the set $set: set ZHUOMO_SETS"
    exit 0
  fi
done
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
product=${PRODUCT:-$(dirname "$(ls examples/*/moods.yaml | head -1)")}
exec python3 bench/race_mood.py --binary "$binary" --sets "$ZHUOMO_SETS" --product "$product" ${QUICK:+--quick}
