"""Holds our MLflow protocol to the stock client: tracking, artifacts, autologging of
scikit-learn, models, registry, search. The real program runs on a data folder of its
own. One line a check; exit 1 on a failure. See conformance.sh. With
--only checkout it runs and counts the REST tracking tests of the checkout of MLflow that
MLFLOW_CHECKOUT names; those that do not pass stand in docs/formats/mlflow.md with reasons."""
import argparse, math, os, subprocess, sys, tempfile, traceback, warnings

from program import Program

warnings.filterwarnings("ignore")
os.environ["MLFLOW_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
os.environ["MLFLOW_ENABLE_ASYNC_LOGGING"] = "false"
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
CHECKS = []


def check(do):
    CHECKS.append(do)
    return do


def refused(do, code):
    from mlflow.exceptions import MlflowException
    try:
        do()
    except MlflowException as e:
        assert e.error_code == code, f"{e.error_code}, wanted {code}: {e}"
        return
    raise AssertionError("was not refused")


@check
def experiments(mlflow, client):
    assert client.get_experiment("0").name == "Default"
    one = client.create_experiment("酒店 意图", tags={"who": "zhang"})
    refused(lambda: client.create_experiment("酒店 意图"), "RESOURCE_ALREADY_EXISTS")
    client.set_experiment_tag(one, "stage", "dev")
    e = client.get_experiment_by_name("酒店 意图")
    assert e.experiment_id == one and e.tags == {"who": "zhang", "stage": "dev"}, e
    client.delete_experiment_tag(one, "stage")
    client.rename_experiment(one, "酒店")
    assert [x.name for x in client.search_experiments(filter_string="name LIKE '酒%'")] == ["酒店"]
    assert [x.name for x in client.search_experiments(filter_string="tags.who = 'zhang'")] == ["酒店"]
    client.delete_experiment(one)
    refused(lambda: client.create_run(one), "INVALID_PARAMETER_VALUE")
    assert one not in [x.experiment_id for x in client.search_experiments()]
    assert one in [x.experiment_id for x in client.search_experiments(view_type=mlflow.entities.ViewType.DELETED_ONLY)]
    client.restore_experiment(one)
    assert client.get_experiment(one).lifecycle_stage == "active"
    assert client.get_experiment_by_name("nobody") is None
    refused(lambda: client.get_experiment("12345"), "RESOURCE_DOES_NOT_EXIST")


@check
def runs(mlflow, client):
    mlflow.set_experiment("runs")
    with mlflow.start_run(run_name="first", description="说明") as active:
        mlflow.log_param("C", 1.5)
        mlflow.log_params({"loss": "hinge", "长": "值"})
        mlflow.log_metric("acc", 0.5, step=1)
        mlflow.log_metric("acc", 0.75, step=2)
        mlflow.log_metrics({"f1": 0.6, "nan": math.nan, "inf": math.inf})
        mlflow.set_tags({"team": "hotel", "k": "v"})
        mlflow.log_input(mlflow.data.from_pandas(__import__("pandas").DataFrame({"a": [1]}), name="rows"), context="training")
        refused(lambda: client.log_param(active.info.run_id, "C", "2"), "INVALID_PARAMETER_VALUE")
    run = client.get_run(active.info.run_id)
    assert run.info.status == "FINISHED" and run.info.run_name == "first" and run.info.end_time >= run.info.start_time
    assert run.data.params == {"C": "1.5", "loss": "hinge", "长": "值"}, run.data.params
    assert run.data.metrics["acc"] == 0.75 and math.isnan(run.data.metrics["nan"]) and run.data.metrics["inf"] > 1e308
    assert run.data.tags["team"] == "hotel" and run.data.tags["mlflow.note.content"] == "说明"
    assert run.inputs.dataset_inputs[0].dataset.name == "rows"
    client.delete_tag(run.info.run_id, "k")
    assert "k" not in client.get_run(run.info.run_id).data.tags
    client.update_run(run.info.run_id, status="FAILED", name="renamed")
    assert client.get_run(run.info.run_id).info.run_name == "renamed"
    client.delete_run(run.info.run_id)
    refused(lambda: client.log_metric(run.info.run_id, "x", 1), "INVALID_PARAMETER_VALUE")
    client.restore_run(run.info.run_id)
    refused(lambda: client.get_run("0" * 32), "RESOURCE_DOES_NOT_EXIST")
    with mlflow.start_run() as parent:
        with mlflow.start_run(nested=True) as child:
            pass
    assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id


@check
def batches_and_history(mlflow, client):
    from mlflow.entities import Metric, Param, RunTag
    run = client.create_run(client.create_experiment("batches"))
    id = run.info.run_id
    client.log_batch(id, [Metric("loss", 1 / (i + 1), 1000 + i, i) for i in range(900)], [Param(f"p{i}", str(i)) for i in range(50)], [RunTag("t", "1")])
    client.log_batch(id, [Metric("loss", 1 / (i + 1), 1000 + i, i) for i in range(900)])  # the same again is the same
    history = client.get_metric_history(id, "loss")
    assert len(history) == 900 and history[-1].value == 1 / 900 and history[0].step == 0
    assert client.get_run(id).data.metrics["loss"] == 1 / 900 and len(client.get_run(id).data.params) == 50
    refused(lambda: client.log_batch(id, [], [Param("p1", "other")]), "INVALID_PARAMETER_VALUE")
    client.log_metric(id, "loss", 9.0, timestamp=1, step=5)
    assert client.get_run(id).data.metrics["loss"] == 1 / 900, "an older step took over"
    assert client.get_metric_history(id, "absent") == []


@check
def search(mlflow, client):
    one, two = client.create_experiment("search-1"), client.create_experiment("search-2")
    ids = []
    for i in range(25):
        r = client.create_run(one if i % 2 else two, start_time=1000 + i, run_name=f"run {i:02d}")
        client.log_metric(r.info.run_id, "acc", i / 25)
        client.log_param(r.info.run_id, "C", str(i % 3))
        client.log_param(r.info.run_id, "a b", "x" if i < 10 else "Y")
        client.set_tag(r.info.run_id, "lang", "中文" if i % 5 == 0 else "en")
        if i % 4 == 0:
            client.set_terminated(r.info.run_id)
        ids.append(r.info.run_id)
    find = lambda f, **k: [ids.index(r.info.run_id) for r in client.search_runs([one, two], f, **k)]
    assert find("") == list(range(24, -1, -1)), "newest first"
    assert find("metrics.acc > 0.9") == [24, 23] and find("metrics.`acc` >= 0.92 and params.C != '0'") == [23]
    assert find("metrics.acc < 0.5 AND params.C = '0'", order_by=["metrics.acc ASC"]) == [0, 3, 6, 9, 12]
    assert find("params.`a b` = 'x'", order_by=["attributes.start_time ASC"]) == list(range(10))
    assert find("params.`a b` LIKE 'y'") == [] and len(find("params.`a b` ILIKE 'y'")) == 15
    assert find("tags.lang = '中文'") == [20, 15, 10, 5, 0] and find("tags.lang LIKE '中%' and metrics.acc > 0.5") == [20, 15]
    assert find("attributes.status = 'FINISHED'") == [24, 20, 16, 12, 8, 4, 0]
    assert find(f"attributes.run_id IN ('{ids[3]}', '{ids[7]}')") == [7, 3]
    assert find("attributes.run_name LIKE 'run 1%'") == list(range(19, 9, -1)) and find("run_name = 'run 07'") == [7]
    assert find("attributes.start_time >= 1023") == [24, 23]
    assert find("metrics.absent > 1") == []
    assert find("", order_by=["metrics.acc DESC"], max_results=3) == [24, 23, 22]
    assert find("", order_by=["params.C ASC", "metrics.acc DESC"], max_results=2) == [24, 21], find("", order_by=["params.C ASC", "metrics.acc DESC"], max_results=9)
    page = client.search_runs([one, two], max_results=10)
    rest = client.search_runs([one, two], max_results=100, page_token=page.token)
    assert len(page) == 10 and len(rest) == 15 and not rest.token
    page = client.search_runs([one, two], "params.`a b` LIKE '_'", max_results=7)
    assert len(page) == 7 and len(client.search_runs([one, two], "params.`a b` LIKE '_'", max_results=100, page_token=page.token)) == 18
    for wrong in ("metrics.acc >", "metrics.acc > 'x'", "acc ~ 1", "params.C = 'x' or 1 = 1", "attributes.nothing = 'x'", "metrics.acc LIKE '1'", "tags.x = 'a' and"):
        refused(lambda: client.search_runs([one], wrong), "INVALID_PARAMETER_VALUE")
    refused(lambda: client.search_runs([one], order_by=["what is this"]), "INVALID_PARAMETER_VALUE")
    frame = mlflow.search_runs(experiment_ids=[one])
    assert len(frame) == 12 and "metrics.acc" in frame.columns


@check
def artifacts(mlflow, client):
    mlflow.set_experiment("artifacts")
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        os.makedirs(folder + "/in/deep")
        for name, text in {"a.txt": "甲", "deep/b.txt": "乙", "deep/名 字.txt": "丙", "empty": ""}.items():
            open(f"{folder}/in/{name}", "w").write(text)
        mlflow.log_artifacts(folder + "/in", "files")
        mlflow.log_text("hello", "note.txt")
        mlflow.log_dict({"a": 1}, "d/x.json")
        id = run.info.run_id
        assert sorted((f.path, f.is_dir, f.file_size) for f in client.list_artifacts(id)) == [("d", True, None), ("files", True, None), ("note.txt", False, 5)]
        assert sorted(f.path for f in client.list_artifacts(id, "files/deep")) == ["files/deep/b.txt", "files/deep/名 字.txt"]
        back = client.download_artifacts(id, "files", folder)
        assert open(back + "/deep/名 字.txt").read() == "丙" and open(back + "/a.txt").read() == "甲" and os.path.getsize(back + "/empty") == 0
        assert mlflow.artifacts.load_text(run.info.artifact_uri + "/note.txt") == "hello"
        big = os.urandom(20 << 20)
        open(folder + "/big", "wb").write(big)
        mlflow.log_artifact(folder + "/big")
        assert open(client.download_artifacts(id, "big", folder + "/in"), "rb").read() == big
        try:
            client.download_artifacts(id, "absent", folder)
            raise AssertionError("absent was found")
        except Exception as e:
            assert "absent" in str(e), e


@check
def autologging_of_scikit_learn(mlflow, client):
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(silent=True)
    x, y = load_iris(return_X_y=True)
    with mlflow.start_run() as run:
        LogisticRegression(C=0.3, max_iter=300).fit(x, y)
    got = client.get_run(run.info.run_id)
    assert got.data.params["C"] == "0.3" and got.data.metrics["training_score"] > 0.9
    with mlflow.start_run() as run:
        GridSearchCV(LogisticRegression(max_iter=300), {"C": [0.1, 1]}, cv=3).fit(x, y)
    children = client.search_runs([run.info.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    assert len(children) == 2, len(children)
    mlflow.sklearn.autolog(disable=True)


@check
def models_and_registry(mlflow, client):
    from sklearn.linear_model import LogisticRegression
    mlflow.set_experiment("models")
    model = LogisticRegression().fit([[0], [1]], [0, 1])
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(model, name="model", registered_model_name="意图", input_example=[[0.0]])
        mlflow.log_metric("acc", 1.0, model_id=info.model_id)
    assert list(mlflow.pyfunc.load_model(info.model_uri).predict([[0], [1]])) == [0, 1]
    logged = client.get_logged_model(info.model_id)
    assert str(logged.status).endswith("READY") and logged.metrics[0].value == 1.0, logged
    client.set_logged_model_tags(info.model_id, {"a": "b"})
    assert client.get_logged_model(info.model_id).tags["a"] == "b"
    client.delete_logged_model_tag(info.model_id, "a")
    assert [m.model_id for m in client.search_logged_models([run.info.experiment_id], "name = 'model'")] == [info.model_id]
    v = client.get_model_version("意图", "1")
    assert v.run_id == run.info.run_id and str(v.status).endswith("READY"), (v.status, v.run_id)
    assert list(mlflow.sklearn.load_model("models:/意图/1").predict([[1]])) == [1]
    client.set_registered_model_alias("意图", "champion", "1")
    assert client.get_model_version_by_alias("意图", "champion").version == "1" and list(mlflow.sklearn.load_model("models:/意图@champion").predict([[0]])) == [0]
    two = client.create_model_version("意图", v.source, run.info.run_id, tags={"x": "y"}, description="二")
    assert str(two.version) == "2" and client.get_registered_model("意图").aliases == {"champion": "1"}
    client.transition_model_version_stage("意图", "1", "Production")
    client.transition_model_version_stage("意图", "2", "Production", archive_existing_versions=True)
    assert client.get_model_version("意图", "1").current_stage == "Archived"
    assert [str(x.version) for x in client.get_latest_versions("意图", ["Production"])] == ["2"]
    client.update_model_version("意图", "2", "第二版")
    client.set_model_version_tag("意图", "2", "k", "v")
    assert client.get_model_version("意图", "2").tags == {"x": "y", "k": "v"} and client.get_model_version("意图", "2").description == "第二版"
    client.delete_model_version_tag("意图", "2", "k")
    assert sorted(str(x.version) for x in client.search_model_versions("name='意图'")) == ["1", "2"]
    assert [str(x.version) for x in client.search_model_versions(f"run_id='{run.info.run_id}' and version_number > 1")] == ["2"]
    assert client.get_model_version_download_uri("意图", "2") == v.source
    client.create_registered_model("other", {"t": "1"}, "text")
    refused(lambda: client.create_registered_model("other"), "RESOURCE_ALREADY_EXISTS")
    assert [m.name for m in client.search_registered_models("name LIKE 'oth%'")] == ["other"]
    assert [m.name for m in client.search_registered_models(order_by=["name DESC"], max_results=1)] == ["意图"]
    client.set_registered_model_tag("other", "a", "1")
    client.delete_registered_model_tag("other", "t")
    assert client.get_registered_model("other").tags == {"a": "1"}
    client.rename_registered_model("other", "renamed")
    client.update_registered_model("renamed", "new")
    client.delete_registered_model("renamed")
    refused(lambda: client.get_registered_model("renamed"), "RESOURCE_DOES_NOT_EXIST")
    client.delete_registered_model_alias("意图", "champion")
    client.delete_model_version("意图", "2")
    refused(lambda: client.get_model_version("意图", "2"), "RESOURCE_DOES_NOT_EXIST")
    assert str(client.create_model_version("意图", v.source).version) == "3", "a number was given twice"
    client.delete_logged_model(info.model_id)
    refused(lambda: client.get_logged_model(info.model_id), "RESOURCE_DOES_NOT_EXIST")


@check
def who_may(mlflow, client):
    viewer = os.environ["VIEWER"]
    trainer = os.environ.pop("MLFLOW_TRACKING_TOKEN")
    os.environ["MLFLOW_TRACKING_TOKEN"] = viewer
    try:
        assert client.search_experiments()
        try:
            client.create_experiment("by a viewer")
            raise AssertionError("a viewer wrote")
        except mlflow.exceptions.MlflowException as e:
            assert "403" in str(e) or "api.not_allowed" in str(e), e
    finally:
        os.environ["MLFLOW_TRACKING_TOKEN"] = trainer


@check
def traces(mlflow, client):
    """The client's own tracing: nested spans, an error, previews, tags, search, deletion."""
    experiment = mlflow.set_experiment("追踪").experiment_id

    @mlflow.trace(span_type="RETRIEVER")
    def retrieve(question):
        return [{"page_content": "早餐七点开始", "score": 0.5}]

    @mlflow.trace(name="答", attributes={"版本": 3})
    def answer(question):
        return {"answer": retrieve(question)[0]["page_content"]}

    with mlflow.start_run() as run:
        assert answer("几点吃早餐？")["answer"] == "早餐七点开始"
    first = mlflow.get_last_active_trace_id()
    try:
        with mlflow.start_span("坏"):
            raise ValueError("没有房间")
    except ValueError:
        pass
    bad = mlflow.get_last_active_trace_id()
    mlflow.flush_trace_async_logging()
    trace = client.get_trace(first)
    assert trace.info.state == "OK" and trace.info.experiment_id == experiment and trace.info.tags["mlflow.traceName"] == "答", trace.info
    assert trace.info.trace_metadata["mlflow.sourceRun"] == run.info.run_id and "几点吃早餐" in trace.info.request_preview and "早餐七点" in trace.info.response_preview
    root, inner = trace.data.spans
    assert (root.name, inner.name) == ("答", "retrieve") and inner.parent_id == root.span_id and inner.span_type == "RETRIEVER", trace.data.spans
    assert root.inputs == {"question": "几点吃早餐？"} and inner.outputs[0]["score"] == 0.5 and root.attributes["版本"] == 3
    assert root.start_time_ns <= inner.start_time_ns <= inner.end_time_ns <= root.end_time_ns
    failed = client.get_trace(bad).data.spans[0]
    assert failed.status.status_code == "ERROR" and failed.events[0].attributes["exception.message"] == "没有房间", failed
    find = lambda f, **k: [t.info.trace_id for t in mlflow.search_traces(locations=[experiment], filter_string=f, return_type="list", **k)]
    assert find("") == [bad, first] and find("trace.status = 'ERROR'") == [bad] and find("attributes.name = '答'") == [first]
    assert find("", order_by=["timestamp_ms ASC"]) == [first, bad] and find("", run_id=run.info.run_id) == [first]
    assert find("timestamp_ms > 4000000000000") == [] and find("execution_time_ms < 60000 AND timestamp_ms > 1700000000000") == [bad, first]
    assert len(mlflow.search_traces(locations=[experiment])) == 2  # as a table of pandas, by pages of ten with their spans
    client.set_trace_tag(first, "好", "是")
    assert find("tags.`好` = '是'") == [first] and client.get_trace(first).info.tags["好"] == "是"
    client.delete_trace_tag(first, "好")
    assert find("tags.`好` IS NULL") == [bad, first]
    client.link_traces_to_run([bad], run.info.run_id)
    assert find("metadata.`mlflow.sourceRun` = '%s'" % run.info.run_id) == [bad, first]
    refused(lambda: find("span.content ILIKE '%x%'"), "INVALID_PARAMETER_VALUE")
    refused(lambda: client.get_trace("tr-" + "0" * 31 + "1"), "RESOURCE_DOES_NOT_EXIST")
    with mlflow.start_span("多") as many:
        for i in range(300):
            with mlflow.start_span(f"步 {i}"):
                pass
    mlflow.flush_trace_async_logging()
    assert len(client.get_trace(many.trace_id).data.spans) == 301
    ids = []
    for i in range(25):
        with mlflow.start_span(f"页 {i:02d}") as s:
            ids.append(s.trace_id)
    mlflow.flush_trace_async_logging()
    got, token = [], None
    while token or not got:
        page = client.search_traces(locations=[experiment], filter_string="name LIKE '页%'", max_results=10, page_token=token)
        got, token = got + [t.info.trace_id for t in page], page.token
    assert got == ids[::-1], (len(got), len(ids))
    assert client.delete_traces(experiment, trace_ids=ids) == 25 and find("name LIKE '页%'") == []
    assert client.delete_traces(experiment, max_timestamp_millis=4000000000000) == 3 and find("") == []


@check
def otlp(mlflow, client):
    """OpenTelemetry's stock exporter: protocol buffers, gzip, resources, links, events, the same batch twice."""
    from opentelemetry import trace as api
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
    experiment = client.create_experiment("otlp")
    run = client.create_run(experiment).info.run_id
    headers = {"authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "x-mlflow-experiment-id": experiment, "x-mlflow-run-id": run}
    held = []

    class Held(SpanExporter):
        def export(self, spans):
            held.extend(spans)
            return SpanExportResult.SUCCESS

    provider = TracerProvider(resource=Resource.create({"service.name": "客服"}))
    provider.add_span_processor(SimpleSpanProcessor(Held()))
    tracer = provider.get_tracer("t")
    with tracer.start_as_current_span("接待", kind=api.SpanKind.SERVER, attributes={"input.value": "退房", "n": 2**62, "x": math.inf, "list": ["a", "b"]}) as root:
        with tracer.start_as_current_span("查", links=[api.Link(root.get_span_context())]) as inner:
            inner.add_event("缓存", {"hit": True})
            inner.set_status(api.StatusCode.ERROR, "超时")
    address = mlflow.get_tracking_uri() + "/v1/traces"
    for compression in (Compression.NoCompression, Compression.Gzip):  # the same batch twice
        assert OTLPSpanExporter(endpoint=address, headers=headers, compression=compression).export(held) == SpanExportResult.SUCCESS
    id = "tr-" + format(root.get_span_context().trace_id, "032x")
    trace = client.get_trace(id)
    assert [s.name for s in trace.data.spans] == ["接待", "查"] and trace.info.trace_metadata["mlflow.sourceRun"] == run, trace
    top, below = trace.data.spans
    assert top.attributes["n"] == 2**62 and list(top.attributes["list"]) == ["a", "b"] and below.parent_id == top.span_id
    assert top.start_time_ns == held[1].start_time and top.end_time_ns == held[1].end_time, "times are kept to the nanosecond"
    assert below.status.description == "超时" and below.events[0].name == "缓存" and below.links[0].span_id == top.span_id
    assert trace.info.request_preview == "退房"
    assert OTLPSpanExporter(endpoint=address, headers={**headers, "x-mlflow-experiment-id": "12345"}).export(held) == SpanExportResult.FAILURE
    assert OTLPSpanExporter(endpoint=address, headers={**headers, "authorization": "Bearer " + os.environ["VIEWER"]}).export(held) == SpanExportResult.FAILURE


def checkout(program, folder):
    """Runs MLflow's own tests against the program and prints how many of them passed."""
    here = os.path.dirname(os.path.abspath(__file__))
    paths = [here, folder] + [p for p in [os.environ.get("PYTHONPATH")] if p]
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "mlflow_checkout", "-p", "no:cacheprovider", "-q", "--color=no", "--tb=no", "--timeout=60", "tests/tracking/test_rest_tracking.py"], cwd=folder,
                          env=os.environ | {"ZHUOMO_BASE": program.base, "ZHUOMO_TOKEN": program.token, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True)
    print("\n".join("      " + line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "E  ")) or " passed" in line) or done.stderr[-2000:])
    return done.returncode in (0, 1)  # they ran, all passed or not


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--binary", required=True)
    a.add_argument("--only", default="")
    a = a.parse_args()
    import mlflow
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Program(a.binary, folder)
        try:
            product = program.json("product", "create", "mlflow")["id"]
            os.environ["MLFLOW_TRACKING_TOKEN"] = program.json("tokens", "create", "mlflow", "--role", "trainer")["secret"]
            os.environ["VIEWER"] = program.json("tokens", "create", "viewer", "--role", "viewer")["secret"]
            mlflow.set_tracking_uri(f"{program.base}/mlflow/{product}")
            mlflow.set_registry_uri(f"{program.base}/mlflow/{product}")
            for do in CHECKS:
                if a.only not in do.__name__:
                    continue
                try:
                    do(mlflow, mlflow.MlflowClient())
                    print(f"ok    mlflow {mlflow.__version__}: {do.__name__}")
                except Exception:
                    failed += 1
                    print(f"FAIL  mlflow {mlflow.__version__}: {do.__name__}")
                    print("      " + traceback.format_exc()[-1800:].replace("\n", "\n      "))
            if a.only == "checkout" and not checkout(program, os.environ["MLFLOW_CHECKOUT"]):
                failed += 1
                print("FAIL  the tests of MLFLOW_CHECKOUT did not run")
        finally:
            if failed:
                program.log.seek(0)
                print(program.log.read()[-2000:])
            program.stop()
    sys.exit(1 if failed else 0)


main()
