"""A plugin of pytest that lets the tests of an MLflow checkout ask our server, each with a
product of its own. It is told by ZHUOMO_BASE and ZHUOMO_TOKEN where the server is; see
conformance_mlflow.py."""
import json, os, sys, urllib.request

base, token = os.environ["ZHUOMO_BASE"], os.environ["ZHUOMO_TOKEN"]
os.environ["MLFLOW_TRACKING_TOKEN"] = token

import mlflow, requests
import tests.tracking.integration_test_utils as theirs

bare = requests.Session.request


def known(self, method, url, **more):
    """Requests that a test writes by hand carry no token."""
    if url.startswith(base):
        more["headers"] = dict(more.get("headers") or {}) | {"Authorization": "Bearer " + token}
    return bare(self, method, url, **more)


requests.Session.request = known


class Server:
    """Stands where the tests start a server."""

    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        mlflow.set_tracking_uri(None)  # else what a test does beside its client asks a file of the tests
        request = urllib.request.Request(base + "/api/v1/products", method="POST", data=json.dumps({"name": os.urandom(8).hex()}).encode(),
                                         headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return base + "/mlflow/" + json.load(answer)["id"]

    def __exit__(self, *_):
        pass


theirs.ServerThread = theirs._init_server = Server


def pytest_collection_modifyitems(config, items):
    """Leaves out what would ask twice, since one store is behind our server and not their
    two, and the tests that ask no server or start their own."""
    out = [i for i in items if "[file" in i.name or "-file" in i.name or "mlflow_client" not in i.fixturenames]
    config.hook.pytest_deselected(items=out)
    items[:] = [i for i in items if i not in out]
