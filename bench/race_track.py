"""The race behind race-track.sh; see there. The first run is put into the peer by its own
store, the others beside it as rows of the same shape (by the store they take half an
hour); ours come over HTTP. What is timed goes over HTTP to both, and both must answer
the same."""
import argparse, concurrent.futures, http.client, json, os, platform, random, socket, sqlite3, statistics, subprocess, sys, tempfile, threading, time, urllib.parse, uuid

from program import Program

os.environ["MLFLOW_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "true"
PARAMS, METRICS = 10, 10


def contents(n):
    rng = random.Random(7)
    for i in range(n):
        yield (f"run {i:05d}", 1_700_000_000_000 + i * 1000, {f"p{k}": str(rng.randrange(20)) for k in range(PARAMS)},
               {f"m{k}": rng.random() for k in range(METRICS)}, {"team": rng.choice("abcd")})


def fill_peer(path, template, runs):
    """Puts runs into MLflow's database as its store put the template."""
    base = sqlite3.connect(path)
    rows = {}
    for table in ("runs", "params", "metrics", "latest_metrics", "tags"):
        cursor = base.execute(f"SELECT * FROM {table} WHERE run_uuid = ?", (template,))
        names = [d[0] for d in cursor.description]
        rows[table] = [dict(zip(names, r)) for r in cursor]
    out = {table: [] for table in rows}
    for name, start, params, metrics, tags in runs:
        run = uuid.uuid4().hex
        for table, of in rows.items():
            for row in of:
                row = {k: v.replace(template, run) if isinstance(v, str) else v for k, v in row.items()}
                if table == "runs":
                    row |= {"name": name, "start_time": start}
                elif table == "params":
                    row["value"] = params[row["key"]]
                elif table == "tags":
                    row["value"] = tags.get(row["key"], name if row["key"] == "mlflow.runName" else row["value"])
                else:
                    row |= {"value": metrics[row["key"]], "timestamp": start}
                out[table].append(row)
    for table, of in out.items():
        names = list(of[0])
        base.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + n for n in names)})", of)
    base.commit()
    base.close()


class Client:
    """One kept connection to a tracking server."""

    def __init__(self, address, token=None):
        u = urllib.parse.urlsplit(address)
        self.connection, self.root = http.client.HTTPConnection(u.hostname, u.port), u.path.rstrip("/") + "/api/2.0/mlflow/"
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": "Bearer " + token} if token else {})

    def ask(self, call, body, method="POST"):
        """Asks with a body that is a value, or text that was written beforehand."""
        path = self.root + call + ("?" + urllib.parse.urlencode(body) if method == "GET" else "")
        if method == "GET":
            body = None
        elif not isinstance(body, str):
            body = json.dumps(body)
        for last in (False, True):
            try:
                self.connection.request(method, path, body, self.headers)
                answer = self.connection.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if last:  # a connection that lay idle may be closed once
                    raise
                self.connection.close()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"{call}: {answer.status} {text[:500]}")
        return json.loads(text)


def wait_for(port, process):
    for _ in range(1200):
        if process.poll() is not None:
            sys.exit("a server ended")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("a server did not start")


def timed(client, call, body, times):
    took = []
    for _ in range(times):
        began = time.perf_counter()
        answer = client.ask(call, body)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), answer


def measure(client, experiment, times):
    out, answers = {}, {}
    run = client.ask("runs/create", {"experiment_id": experiment, "start_time": 1, "run_name": "batch"})["run"]["info"]["run_id"]
    took = []
    for i in range(times):
        batch = {"run_id": run, "metrics": [{"key": f"k{k % 5}", "value": k / 500, "timestamp": 1000 + i, "step": i * 500 + k} for k in range(500)]}
        body = json.dumps(batch)  # the same work for both, and none of a server
        began = time.perf_counter()
        client.ask("runs/log-batch", body)
        took.append((time.perf_counter() - began) * 1000)
    out["batch of 500 metrics"] = statistics.median(took)
    client.ask("runs/delete", {"run_id": run})
    for name, body in {
        "newest 1000": {"max_results": 1000},
        "by a metric, 100 of it": {"filter": "metrics.m0 > 0.5", "order_by": ["metrics.m1 DESC"], "max_results": 100},
        "by metric, param and tag": {"filter": "metrics.m0 > 0.5 AND params.p1 = '3' AND tags.team = 'a'", "order_by": ["metrics.m2 ASC"], "max_results": 1000},
        "by a name": {"filter": "attributes.run_name LIKE 'run 00%'", "max_results": 1000},
    }.items():
        out["search " + name], answer = timed(client, "runs/search", {"experiment_ids": [experiment]} | body, times)
        answers[name] = [r["info"]["run_name"] for r in answer.get("runs", [])]
    return out, answers


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--binary", required=True)
    a.add_argument("--runs", type=int, default=10_000)
    a.add_argument("--quick", action="store_true")
    a = a.parse_args()
    if a.quick:
        a.runs = 500
    times = 5 if a.quick else 15
    import mlflow
    from mlflow.entities import Metric, Param, RunTag
    with tempfile.TemporaryDirectory() as folder:
        store = mlflow.MlflowClient(tracking_uri=f"sqlite:///{folder}/mlflow.db")
        theirs = store.create_experiment("race")
        every = list(contents(a.runs))
        for name, start, params, metrics, tags in every[:1]:
            first = store.create_run(theirs, start_time=start, run_name=name).info.run_id
            store.log_batch(first, [Metric(k, v, start, 0) for k, v in metrics.items()], [Param(k, v) for k, v in params.items()], [RunTag(k, v) for k, v in tags.items()])
        fill_peer(f"{folder}/mlflow.db", first, every[1:])
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        log = open(folder + "/log", "w")
        peer = subprocess.Popen([sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
                                 "--artifacts-destination", folder + "/artifacts"], stdout=log, stderr=log, cwd=folder)
        ours = Program(a.binary, folder)
        try:
            product = ours.json("product", "create", "race")["id"]
            token = ours.json("tokens", "create", "race", "--role", "trainer")["secret"]
            us = Client(ours.base + "/mlflow/" + product, token)
            mine = us.ask("experiments/create", {"name": "race"})["experiment_id"]
            own = threading.local()

            def log(one):
                name, start, params, metrics, tags = one
                own.client = client = getattr(own, "client", None) or Client(ours.base + "/mlflow/" + product, token)
                run = client.ask("runs/create", {"experiment_id": mine, "start_time": start, "run_name": name})["run"]["info"]["run_id"]
                client.ask("runs/log-batch", {"run_id": run, "metrics": [{"key": k, "value": v, "timestamp": start, "step": 0} for k, v in metrics.items()],
                                              "params": [{"key": k, "value": v} for k, v in params.items()], "tags": [{"key": k, "value": v} for k, v in tags.items()]})

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                list(pool.map(log, every))
            wait_for(port, peer)
            them = Client(f"http://127.0.0.1:{port}")
            load = os.getloadavg()[0]
            us_figures, us_answers = measure(us, mine, times)
            them_figures, them_answers = measure(them, theirs, times)
        finally:
            peer.terminate()
            peer.wait()
            ours.stop()
    for name in us_answers:
        if us_answers[name] != them_answers[name]:
            print(f"FAIL  {name}: ours gives {len(us_answers[name])} runs, MLflow {len(them_answers[name])}, or in another order")
            sys.exit(1)
    figures = {}
    for name, value in us_figures.items():
        figures[name] = {"ours_ms": round(value, 2), "peer_ms": round(them_figures[name], 2)}
        print(f"track.{name.replace(' ', '_').replace(',', '')} {value:.2f} {them_figures[name]:.2f} {them_figures[name] / value:.1f}")
    if not a.quick:
        with open("bench/results/track.json", "w") as f:
            json.dump({"machine": {"cpus": os.cpu_count(), "system": platform.system(), "load": load}, "mlflow": mlflow.__version__, "runs": a.runs, "figures": figures}, f, indent=1)


main()
