#!/usr/bin/env bash
# Race of the learners on BANKING77's own split, text in to predictions out:
# ours (bin/zhuomo train) against scikit-learn, LIBLINEAR and fastText, accuracy
# beside time. Keeps every run in bench/results/learn.json and prints one line a
# figure: name ours peer ratio.
#   ZHUOMO_SETS  folder of the outside sets     ZHUOMO_BIN  bin/zhuomo
#   QUICK=1      ours once and one peer; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
set_folder=${ZHUOMO_SETS:-}/banking77
if [ ! -f "$set_folder/train.csv" ]; then
  echo "skipped: needs the set banking77: set ZHUOMO_SETS"
  exit 0
fi
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
packages=(scikit-learn==1.7.2 numpy==1.26.4 scipy==1.16.3 liblinear-official==2.49.0)
# fastText has no wheel for every machine: without it the race goes on and says so.
python=$(bash bench/peers.sh learn "${packages[@]}" fasttext-wheel==0.9.2) ||
  python=$(bash bench/peers.sh learn "${packages[@]}")
exec "$python" bench/race_learn.py --binary "$binary" --data "$set_folder" ${QUICK:+--quick}
