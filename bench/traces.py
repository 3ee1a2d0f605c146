"""Measures how traces are taken and read (ADR 0033): the real program on a data folder of its own, fed by
opentelemetry-proto. Needs `pip install opentelemetry-proto==1.45.2`.
  traces.py --binary bin/zhuomo                                                        on SQLite
  DURABLE=1 bash internal/testkit/postgres.sh python bench/traces.py --binary bin/zhuomo --postgres"""
import argparse, gzip, json, os, statistics, subprocess, tempfile, time, urllib.error, urllib.parse, urllib.request

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from program import Program

BEGIN = 1_790_000_000 * 10**9


def one_trace(spans):
    """A tree of spans, four below each."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for i in range(spans):
        s = scope.spans.add(trace_id=b"\1" * 16, span_id=(i + 1).to_bytes(8, "big"), name=f"step {i}", start_time_unix_nano=BEGIN + i * 1000, end_time_unix_nano=BEGIN + i * 1000 + 5_000_000)
        if i:
            s.parent_span_id = ((i - 1) // 4 + 1).to_bytes(8, "big")
        s.attributes.add(key="input.value").value.string_value = "一句话" * 30
    return request.SerializeToString()


def many_traces(first, count):
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for n in range(first, first + count):
        scope.spans.add(trace_id=(n + 10**6).to_bytes(16, "big"), span_id=b"\1" * 8, name="答", start_time_unix_nano=BEGIN + n * 10**6, end_time_unix_nano=BEGIN + (n + n % 97) * 10**6)
    return request.SerializeToString()


def message(field, body):
    size, head = len(body), bytes([field << 3 | 2])
    while size > 127:
        head, size = head + bytes([size & 127 | 128]), size >> 7
    return head + bytes([size]) + body


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--binary", required=True)
    a.add_argument("--postgres", action="store_true")
    a = a.parse_args()
    address = os.environ["ZHUOMO_TEST_POSTGRES"] if a.postgres else ""
    with tempfile.TemporaryDirectory() as folder:
        p = Program(a.binary, folder, *(["--db", address] if address else []))
        try:
            product = json.loads(p.get("/api/v1/products", "POST", b'{"name":"m"}')[2])["id"]

            def export(body):
                headers = {"Authorization": "Bearer " + p.token, "Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
                begun, packed = time.time(), gzip.compress(body)
                with urllib.request.urlopen(urllib.request.Request(f"{p.base}/mlflow/{product}/v1/traces", data=packed, headers=headers)) as answer:
                    answer.read()
                return time.time() - begun

            def read(path):
                took = []
                for _ in range(5):
                    begun = time.time()
                    status, _, body = p.get(f"/api/v1/products/{product}/logged-traces{path}")
                    took.append(1000 * (time.time() - begun))
                    assert status == 200, body
                return f"{statistics.median(took):.1f} ms, {len(body):,} bytes"

            print("load", os.getloadavg()[0])
            body = one_trace(10_000)
            print(f"10,000 spans of one trace {export(body):.2f} s, again {export(body):.2f} s")
            print(f"20,000 traces by 500 {sum(export(many_traces(n, 500)) for n in range(0, 20_000, 500)):.1f} s")
            if address:
                subprocess.run(["psql", "-q", address, "-c", "ANALYZE"], check=True)  # as PostgreSQL does by itself within minutes
            print(f"500 traces more {export(many_traces(20_000, 500)):.2f} s")
            for words, path in [("the newest 50", "?limit=50"), ("50 by duration", "?limit=50&filter=execution_time_ms > 95"), ("a name that none has", "?limit=50&filter=name = 'x'"), ("the slowest 50", "?limit=50&order=execution_time_ms DESC"), ("the tree of 10,000 spans", "/tr-" + "01" * 16)]:
                print(words, read(urllib.parse.quote(path, safe="?&=/")))
            bomb = message(1, message(2, b"\x12\x00" * (31 << 20)))
            begun = time.time()
            try:
                export(bomb)
                raise AssertionError("the empty spans were taken")
            except urllib.error.HTTPError as e:
                assert e.code == 400, e
            print(f"{31 << 20:,} empty spans, {len(gzip.compress(bomb)) >> 10} KiB packed: refused in {time.time() - begun:.1f} s")
            with open(f"/proc/{p.server.pid}/status") as f:
                print(next(line.strip() for line in f if line.startswith("VmHWM")))
            print("load", os.getloadavg()[0])
        finally:
            p.stop()


main()
