#!/usr/bin/env bash
# Race of moods: 13 emotions and 3 sentiments of CPED's television dialogues with
# the turns before; ours (bin/zhuomo train) against tuned linear models of
# scikit-learn with the same turns. Keeps every run in bench/results/emotion.json
# and prints one line a figure: name ours peer ratio.
#   ZHUOMO_SETS  folder of the outside sets     ZHUOMO_BIN  bin/zhuomo
#   QUICK=1      two contexts, one model, one seed; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
for set in cped/test_split.csv.gz cped/valid_split.csv.gz; do
  if [ ! -f "${ZHUOMO_SETS:-}/$set" ]; then
    echo "skipped: needs the set $set: set ZHUOMO_SETS"
    exit 0
  fi
done
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
python=$(bash bench/peers.sh oos scikit-learn==1.7.2 numpy==1.26.4 scipy==1.16.3)
exec "$python" bench/race_emotion.py --binary "$binary" --sets "$ZHUOMO_SETS" ${QUICK:+--quick}
