#!/usr/bin/env bash
# Racing beside measuring everything, on our own learner: fits, what is found, and how
# many trials that would have won are stopped. Keeps every run in bench/results/racing.json
# and prints one line a figure.
#   ZHUOMO_SETS  folder of the outside sets     ZHUOMO_BIN  bin/zhuomo
#   SEEDS  3     TRIALS  40     FOLDS  10     ROWS  1500     QUICK=1  one set, one seed; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -d "${ZHUOMO_SETS:-}/banking77" ]; then
  echo "skipped: needs the sets banking77, clinc150, sib200-zh, cold, cped: set ZHUOMO_SETS"
  exit 0
fi
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
exec python3 bench/race_racing.py --binary "$binary" --sets "$ZHUOMO_SETS" --seeds "${SEEDS:-3}" --trials "${TRIALS:-40}" \
  --folds "${FOLDS:-10}" --rows "${ROWS:-1500}" ${QUICK:+--quick}
