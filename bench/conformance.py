"""The checks behind conformance.sh; see there."""
import argparse, csv, json, os, pathlib, re, shutil, socket, subprocess, sys, tempfile, time, traceback, urllib.request

from program import Program

# Rows with what breaks readers: quotes, line breaks, a character outside the
# BMP, emoji with joiners, leading zeros, formulas, spaces, an empty cell.
HEAD = ["id", "text", "label", "note"]
ROWS = [
    ["001", "你好，请问“酒店”怎么订？", "hotel", ""],
    ["002", 'he said "no", then\nleft', "other", "a,b;c\td"],
    ["003", "𠮷野家 👨‍👩‍👧 １２３", "food", " padded "],
    ["004", "=SUM(A1:A9)", "formula", "-1"],
    ["005", "繁體與简体", "other", "0"],
    ["006", "中" * 5000, "long", "1e10"],
]
PROBLEM = {  # RFC 9457, and what we promise beyond it
    "type": "object", "required": ["type", "title", "status", "detail", "code", "fix", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "minLength": 1}, "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 400, "maximum": 599}, "detail": {"type": "string", "minLength": 1},
        "code": {"type": "string", "pattern": r"^[a-z]+\.[a-z0-9_]+$"}, "fix": {"type": "string", "minLength": 1},
        "field": {"type": "string"}, "request_id": {"type": "string", "minLength": 1},
        "errors": {"type": "array", "items": {"type": "object", "required": ["location", "message"],
                   "properties": {"location": {"type": "string"}, "message": {"type": "string"}}}},
    },
}


def write_csv(path, encoding="utf-8", newline="\r\n"):
    with open(path, "w", newline="", encoding=encoding) as f:
        w = csv.writer(f, lineterminator=newline)
        w.writerow(HEAD)
        w.writerows(ROWS)


def same(got, want, what):
    if got != want:
        for i, (g, w) in enumerate(zip(got, want)):
            if g != w:
                raise AssertionError(f"{what}, row {i + 1}: {str(g)[:200]!r} instead of {str(w)[:200]!r}")
        raise AssertionError(f"{what}: {len(got)} rows instead of {len(want)}")


class Checks:
    def __init__(self, program, folder):
        self.p, self.folder = program, folder
        program("product", "create", "peers")

    def rows(self, dataset):
        body = self.p.json("dataset", "rows", dataset, "latest", "--limit", "1000")
        return body["columns"], [r["values"] for r in body["items"]]

    def imported(self, name, path, *settings):
        self.p("dataset", "create", name, "-p", "peers")
        self.p("dataset", "import", name, str(path), "-q", *settings)
        columns, rows = self.rows(name)
        same(columns, HEAD, "columns")
        same(rows, ROWS, "rows")

    def path(self, name):
        return os.path.join(self.folder, name)

    def exported(self, format, *settings):
        path = self.path("out." + format)
        self.p("dataset", "export", "csv", "latest", "--format", format, "-o", path, "--force", *settings)
        return path

    # In the order in which they run; the first imports what later ones export.
    def python_csv_is_read(self):
        write_csv(self.path("in.csv"))
        self.imported("csv", self.path("in.csv"))

    def python_csv_reads_ours(self):
        with open(self.exported("csv", "--safe", "no"), newline="", encoding="utf-8-sig") as f:
            same(list(csv.reader(f)), [HEAD] + ROWS, "csv")

    def python_csv_reads_ours_without_formulas(self):
        with open(self.exported("csv"), newline="", encoding="utf-8-sig") as f:
            cells = [c for row in list(csv.reader(f))[1:] for c in row]
        number = re.compile(r"[+-]?[0-9.,]+(e[+-]?[0-9]+)?")  # a spreadsheet runs no number
        bad = [c for c in cells if c and c[0] in "=+@\t\r-" and not number.fullmatch(c)]
        assert not bad, f"cells that a spreadsheet would run: {bad}"

    def python_json_reads_ours(self):
        with open(self.exported("json"), encoding="utf-8") as f:
            same([[r[c] or "" for c in HEAD] for r in json.load(f)], ROWS, "json")
        with open(self.exported("jsonl"), encoding="utf-8") as f:
            same([[json.loads(l)[c] or "" for c in HEAD] for l in f.read().splitlines()], ROWS, "jsonl")

    def gb18030_round_trip(self):
        write_csv(self.path("gb.csv"), "gb18030", "\n")
        self.imported("gb", self.path("gb.csv"))
        with open(self.exported("csv", "--safe", "no"), encoding="utf-8-sig", newline="") as f:
            text = f.read()
        with open(self.path("gb2.csv"), "w", encoding="gb18030", newline="") as f:
            f.write(text)
        self.imported("gb2", self.path("gb2.csv"), "--encoding", "gb18030")

    def utf16_is_read(self):
        write_csv(self.path("u16.csv"), "utf-16", "\n")
        self.imported("u16", self.path("u16.csv"))

    def python_sqlite_is_read(self):
        import sqlite3
        path = self.path("in.db")
        d = sqlite3.connect(path)
        d.execute("CREATE TABLE t (id TEXT, text TEXT, label TEXT, note TEXT)")
        d.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
        d.commit()
        d.close()
        self.imported("sqlite", path)

    def problems_have_their_shape(self):
        asked = [("/api/v1/nothing", "GET", None, True, 404), ("/api/v1/products", "GET", None, False, 401),
                 ("/api/v1/products", "POST", b'{"name": 1, "more": 2}', True, 422), ("/api/v1/products", "POST", b"{", True, 400),
                 ("/api/v1/products/absent/datasets", "GET", None, True, 404), ("/api/v1/products", "POST", b'{"name":"peers"}', True, 409),
                 ("/api/v1/products", "PATCH", b"{}", True, 405), ("/api/v1/products?limit=x", "GET", None, True, 422)]
        for path, method, body, token, want in asked:
            said = {}
            for lang in "zh", "en":
                status, headers, text = self.p.get(path, method, body, token, lang)
                assert status == want or {status, want} == {400, 422}, f"{method} {path}: {status} instead of {want}"
                assert headers["Content-Type"] == "application/problem+json", f"{method} {path}: {headers['Content-Type']}"
                problem = json.loads(text)
                self.shape(problem)
                assert problem["status"] == status, f"{method} {path}: says {problem['status']}, is {status}"
                said[lang] = problem
            assert said["zh"]["code"] == said["en"]["code"] and said["zh"]["fix"] != said["en"]["fix"], f"{method} {path}: one language only"

    def shape(self, problem):
        for name in PROBLEM["required"]:
            assert problem.get(name) not in (None, ""), f"no {name} in {problem}"

    def openapi_is_json_31(self):
        for document in self.documents().values():
            assert document["openapi"].startswith("3.1"), document["openapi"]
            ids = [o["operationId"] for path in document["paths"].values() for o in path.values()]
            assert len(ids) == len(set(ids)) and len(ids) > 20, f"{len(ids)} operations, {len(set(ids))} names"

    def documents(self):
        status, _, live = self.p.get("/api/v1/openapi.json", token=False)
        assert status == 200, f"live document: {status}"
        return {"live": json.loads(live), "docs/formats/openapi.json": json.loads(pathlib.Path("docs/formats/openapi.json").read_text("utf-8"))}


class PeerChecks(Checks):
    """Those that need the field's readers installed."""

    minio = ""  # MinIO's server program

    def shape(self, problem):
        import jsonschema
        jsonschema.Draft202012Validator(PROBLEM, format_checker=jsonschema.FormatChecker()).validate(problem)

    def segments(self):
        import pyarrow.parquet
        for path in sorted(pathlib.Path(self.p.data, "blobs").rglob("*")):
            if path.is_file() and path.read_bytes()[:4] == b"PAR1":
                if {"_id", "text"} <= set(pyarrow.parquet.read_schema(path).names):
                    yield str(path)

    def pyarrow_opens_a_segment(self):
        import pyarrow.parquet
        found = 0
        for path in self.segments():
            table = pyarrow.parquet.read_table(path)
            same([[(v or "") for v in row] for row in zip(*(table[c].to_pylist() for c in HEAD))], ROWS, "segment")
            assert len(set(table["_id"].to_pylist())) == len(ROWS), "row ids are not unique"
            found += 1
        assert found >= 4, f"{found} segments"

    def pandas_opens_a_segment(self):
        import pandas
        frame = pandas.read_parquet(next(self.segments()))
        same(frame[HEAD].fillna("").values.tolist(), ROWS, "segment")

    def duckdb_opens_a_segment(self):
        import duckdb
        path = next(self.segments())
        got = duckdb.sql(f"SELECT coalesce(id,''), coalesce(text,''), coalesce(label,''), coalesce(note,'') FROM read_parquet('{path}') ORDER BY _record").fetchall()
        same([list(r) for r in got], ROWS, "segment")
        assert duckdb.sql(f"SELECT count(*) FROM read_parquet('{path}') WHERE text LIKE '%酒店%'").fetchone() == (1,)

    def pyarrow_reads_our_parquet_export(self):
        import pyarrow.parquet
        table = pyarrow.parquet.read_table(self.exported("parquet"))
        same([[(v or "") for v in row] for row in zip(*(table[c].to_pylist() for c in HEAD))], ROWS, "export")

    def pyarrows_parquet_is_read(self):
        import pyarrow, pyarrow.parquet
        for compression in "snappy", "zstd", "gzip", "none":
            path = self.path(f"in-{compression}.parquet")
            pyarrow.parquet.write_table(pyarrow.table({c: [r[i] for r in ROWS] for i, c in enumerate(HEAD)}), path, compression=compression)
            self.imported("parquet-" + compression, path)

    def duckdbs_parquet_is_read(self):
        import duckdb
        source, path = self.path("in.csv"), self.path("duck.parquet")
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true, header=true)) TO '{path}' (FORMAT parquet)")
        self.imported("duck", path)

    def openpyxl_reads_our_xlsx(self):
        import openpyxl
        for settings in (("--safe", "no"), ()):
            book = openpyxl.load_workbook(self.exported("xlsx", *settings))
            rows = [["" if c.value is None else c.value for c in row] for row in book.worksheets[0].iter_rows()]
            assert not any(c.data_type == "f" for row in book.worksheets[0].iter_rows() for c in row), "a cell is a formula"
            if settings:
                same(rows, [HEAD] + ROWS, "xlsx")

    def openpyxls_xlsx_is_read(self):
        import openpyxl
        book = openpyxl.Workbook()
        for r, row in enumerate([HEAD] + ROWS, 1):
            for c, value in enumerate(row, 1):
                cell = book.active.cell(r, c)
                cell.value = value or None
                if value:
                    cell.data_type = "s"
        path = self.path("in.xlsx")
        book.save(path)
        self.imported("xlsx", path)

    # docs/formats/backup.md, read by others than us.
    def a_backup_is_as_its_page_says(self):
        import hashlib, io, tarfile, zstandard
        path = self.path("b.tar.zst")
        told = self.p.json("backup", path)
        with open(path, "rb") as f:
            archive = tarfile.open(fileobj=io.BytesIO(zstandard.ZstdDecompressor().stream_reader(f).read()))
        digest, rows, blobs = hashlib.sha256(), 0, 0
        for entry in archive:
            body = archive.extractfile(entry).read()
            if entry.name == "manifest.json":
                manifest = json.loads(body)
                continue
            digest.update(f"{hashlib.sha256(body).hexdigest()} {entry.size} {entry.name}\n".encode())
            if entry.name.startswith("blobs/"):
                assert hashlib.sha256(body).hexdigest() == entry.name[6:], entry.name
                blobs += 1
            if entry.name.startswith("rows/"):
                lines = [json.loads(line) for line in body.decode().splitlines()]
                assert all(len(line) == len(lines[0]) for line in lines), entry.name
                rows += len(lines) - 1
        assert (manifest["row_count"], manifest["blob_count"], manifest["digest_sha256"]) == (rows, blobs, digest.hexdigest()), manifest
        assert told["digest_sha256"] == digest.hexdigest() and rows > 0 and blobs > 0, told

    # moto is an S3 server of its own, boto3 the client of the field.
    def another_s3_server_keeps_our_files(self):
        import logging, moto.server
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
        server = moto.server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            self.kept_in("http://%s:%d" % server.get_host_and_port(), "moto")
        finally:
            server.stop()

    # MinIO is what is mostly run where there is no cloud.
    def minio_keeps_our_files(self):
        if not self.minio:
            print("skip  minio_keeps_our_files: no MinIO (needs Go and the module proxy, or MINIO_BIN)")
            return
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % s.getsockname()[1]
        with open(self.path("minio.log"), "w") as log:
            server = subprocess.Popen(
                [self.minio, "server", self.path("minio"), "--address", address, "--console-address", "127.0.0.1:0"],
                stdout=log, stderr=log, env={**os.environ, "MINIO_ROOT_USER": "zhuomo-key", "MINIO_ROOT_PASSWORD": "zhuomo-secret", "MINIO_UPDATE": "off", "MINIO_CALLHOME_ENABLE": "off"})
            try:
                for _ in range(300):
                    try:
                        urllib.request.urlopen(f"http://{address}/minio/health/live", timeout=1)
                        break
                    except OSError:
                        assert server.poll() is None, open(self.path("minio.log")).read()[-600:]
                        time.sleep(0.1)
                self.kept_in(f"http://{address}", "minio")
                if shutil.which("go"):  # the suite of blob stores, object by object and in parts
                    done = subprocess.run(
                        ["go", "test", "-count=1", "-run", "TestTheBucketGiven", "-v", "./internal/blob/bucket"], capture_output=True, text=True,
                        env={**os.environ, "ZHUOMO_TEST_BUCKET": f"s3://zhuomo/suite?endpoint=http://{address}&region=us-east-1&path=true&cache_mib=1",
                             "AWS_ACCESS_KEY_ID": "zhuomo-key", "AWS_SECRET_ACCESS_KEY": "zhuomo-secret"})
                    assert done.returncode == 0 and "--- PASS: TestTheBucketGiven" in done.stdout, (done.stdout + done.stderr)[-1500:]
            finally:
                server.terminate()
                server.wait(30)

    def kept_in(self, endpoint, name):
        import boto3, hashlib
        keys = ("key", "secret") if name == "moto" else ("zhuomo-key", "zhuomo-secret")
        s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=keys[0], aws_secret_access_key=keys[1])
        s3.create_bucket(Bucket="zhuomo")
        data = self.path("in-" + name)

        def run(*args):
            blobs = f"s3://zhuomo/of/us?endpoint={endpoint}&region=us-east-1&path=true"
            done = subprocess.run(
                [self.p.binary, *args, "--data", data, "--blobs", blobs, "--json"], capture_output=True,
                env={**os.environ, "AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1]})
            assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
            return json.loads(done.stdout)

        told = run("restore", self.path("b.tar.zst"))
        shutil.rmtree(os.path.join(data, "blobs-cache"))
        found = run("doctor", "--deep")
        assert found["problems"] == 0 and found["blob_count"] == told["blob_count"], found
        objects = s3.list_objects_v2(Bucket="zhuomo")["Contents"]
        assert len(objects) == told["blob_count"], len(objects)
        for o in objects:
            body = s3.get_object(Bucket="zhuomo", Key=o["Key"])["Body"].read()
            assert o["Key"] == "of/us/" + hashlib.sha256(body).hexdigest(), o["Key"]

    def openapi_is_valid(self):
        import openapi_spec_validator
        for name, document in self.documents().items():
            wrong = [str(e)[:200] for e in openapi_spec_validator.OpenAPIV31SpecValidator(document).iter_errors()]
            assert not wrong, f"{name}: {len(wrong)} places: {wrong[:5]}"


def named(of):
    return [n for n in vars(of) if not n.startswith("_") and n not in ("rows", "imported", "path", "exported", "documents", "shape", "segments", "kept_in", "minio")]


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--binary", required=True)
    ask.add_argument("--quick", action="store_true")
    ask.add_argument("--minio", default="", help="MinIO's server program")
    a = ask.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="zhuomo-conformance-") as folder:
        program = Program(a.binary, folder)
        try:
            checks = Checks(program, folder) if a.quick else PeerChecks(program, folder)
            PeerChecks.minio = a.minio
            for name in named(Checks) + ([] if a.quick else named(PeerChecks)):
                began = time.time()
                try:
                    getattr(checks, name)()
                    print(f"ok    {name:44} {time.time() - began:6.2f} s")
                except Exception as e:
                    failed += 1
                    print(f"FAIL  {name:44} {type(e).__name__}: {str(e)[:600]}")
                    if not isinstance(e, AssertionError):
                        traceback.print_exc()
            if a.quick:
                for name in named(PeerChecks):
                    print(f"left out by QUICK=1  {name}")
        finally:
            program.stop()
    print(f"{failed} failed")
    sys.exit(failed > 0)


main()
