#!/usr/bin/env bash
# Race of the span taggers: ours (bin/zhuomo train --task spans) against CRFsuite's
# trainers on the same units, features and tags, and on the features people usually
# give it; span F1 beside time. Keeps every
# run in bench/results/tag.json and prints one line a figure: name ours peer ratio.
#   ZHUOMO_SETS  folder of the outside sets     ZHUOMO_BIN  bin/zhuomo
#   QUICK=1      the Chinese set and one trainer; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -d "${ZHUOMO_SETS:-}/uner-zh-gsdsimp" ]; then
  echo "skipped: needs the set uner-zh-gsdsimp: set ZHUOMO_SETS"
  exit 0
fi
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
python=$(bash bench/peers.sh tag python-crfsuite==0.9.12)
exec "$python" bench/race_tag.py --binary "$binary" --sets "$ZHUOMO_SETS" ${QUICK:+--quick}
