#!/usr/bin/env bash
# Race of the learners on BANKING77's own split, text in to predictions out:
# ours (bin/zhuomo train) against scikit-learn, LIBLINEAR and fastText, accuracy
# beside time. Keeps every run in bench/results/learn.json and prints one line a
# figure: name ours peer ratio.
#   ZHUOMO_SETS  folder of the outside sets     ZHUOMO_BIN  bin/zhuomo
#   QUICK=1      ours once and one peer; keeps nothing
#   ALL=1        instead: every labelled set, each peer tuned on dev, ours as it comes; 7 minutes
#                a call, goes on where it stopped, keeps bench/results/learn-sets.json at the end
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
if [ -n "${ALL:-}" ]; then
  python=$(bash bench/peers.sh learn-all "${packages[@]}" fasttext-wheel==0.9.2 vowpalwabbit==9.11.9)
  export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
  exec "$python" bench/race_learn_all.py --binary "$binary" --sets "$ZHUOMO_SETS" --minutes "${MINUTES:-7}"
fi
# fastText has no wheel for every machine: without it the race goes on and says so.
python=$(bash bench/peers.sh learn "${packages[@]}" fasttext-wheel==0.9.2) ||
  python=$(bash bench/peers.sh learn "${packages[@]}")
exec "$python" bench/race_learn.py --binary "$binary" --data "$set_folder" ${QUICK:+--quick}
