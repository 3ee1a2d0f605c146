#!/usr/bin/env bash
# Race of the trackers: ours (bin/zhuomo serve) against an MLflow server with its default
# store, both asked over HTTP by the same client: batches of 500 metrics, and searches
# among RUNS runs. Both answers are compared. Keeps the figures in
# bench/results/track.json and prints one line a figure: name ours peer ratio.
#   ZHUOMO_BIN  bin/zhuomo     RUNS  10000
#   QUICK=1     500 runs; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
python=$(bash bench/peers.sh mlflow mlflow==3.17.2 scikit-learn==1.9.1)
exec "$python" bench/race_track.py --binary "$binary" --runs "${RUNS:-10000}" ${QUICK:+--quick}
