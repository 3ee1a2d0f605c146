#!/usr/bin/env bash
# Race of knowing: what is none of these on CLINC150 (train with its 100
# out-of-scope rows, thresholds on dev, test), and learning from 5 and 10 rows a
# class with the rest unlabelled on BANKING77, CLINC150 and CrossWOZ; ours
# (bin/zhuomo train) against scikit-learn's linear models. Keeps every run in
# bench/results/oos.json and prints one line a figure: name ours peer ratio.
#   ZHUOMO_SETS  folder of the outside sets     ZHUOMO_BIN  bin/zhuomo
#   QUICK=1      LinearSVC alone, one draw; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
for set in clinc150/data_full.json.gz banking77/train.csv crosswoz-val/val.json.zip; do
  if [ ! -f "${ZHUOMO_SETS:-}/$set" ]; then
    echo "skipped: needs the set $set: set ZHUOMO_SETS"
    exit 0
  fi
done
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
python=$(bash bench/peers.sh oos scikit-learn==1.7.2 numpy==1.26.4 scipy==1.16.3)
exec "$python" bench/race_oos.py --binary "$binary" --sets "$ZHUOMO_SETS" ${QUICK:+--quick}
