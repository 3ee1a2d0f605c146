"""The race behind race-label.sh; see there.

Label Studio runs as its package starts it, on loopback, one project with
maximum_annotations 2 and sequential sampling, one account and token a person.
Its clients are threads of this process with one kept connection each; ours are
the goroutines of `zhuomo bench label`, in a process apart from the server. The
peer's queue is small, since it slows down with its length.
"""
import argparse, collections, http.client, importlib.metadata, json, os, platform, re, secrets, socket, statistics, subprocess, sys, tempfile, threading, time

LABELS = '<View><Text name="text" value="$text"/><Choices name="label" toName="text"><Choice value="order"/><Choice value="refund"/></Choices></View>'
RESULT = [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["order"]}}]

# Runs inside the peer's own framework: accounts with tokens, one a line.
ACCOUNTS = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "label_studio.core.settings.label_studio")
import django
django.setup()
from django.contrib.auth import get_user_model
from organizations.models import Organization
from rest_framework.authtoken.models import Token
home = Organization.objects.first()
for n in range(int(sys.argv[1])):
    who = get_user_model().objects.create_user(email=f"person-{n}@example.com", password="not-used-%d" % n)
    home.add_user(who)
    who.active_organization = home
    who.save()
    print(Token.objects.get_or_create(user=who)[0].key)
"""


def ask(connection, token, method, path, body=None):
    connection.request(method, path, None if body is None else json.dumps(body),
                       {"Authorization": "Token " + token, "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status == 404:
        return None
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
    return json.loads(text) if text else {}


class LabelStudio:
    """One server over a new folder."""

    def __init__(self, folder):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.token = secrets.token_hex(20)
        self.env = dict(os.environ, LABEL_STUDIO_BASE_DATA_DIR=folder, COLLECT_ANALYTICS="false", SENTRY_DSN="", FRONTEND_SENTRY_DSN="",
                        LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN="true", LATEST_VERSION_CHECK="false", LOG_LEVEL="ERROR", HOME=folder)
        self.log = open(os.path.join(folder, "log"), "w+")
        program = os.path.join(os.path.dirname(sys.executable), "label-studio")
        self.process = subprocess.Popen([program, "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(self.port), "--data-dir", folder,
                                         "--username", "owner@example.com", "--password", secrets.token_hex(8), "--user-token", self.token],
                                        env=self.env, stdout=self.log, stderr=self.log)
        for _ in range(300):
            try:
                if ask(self.connect(), self.token, "GET", "/api/projects") is not None:
                    return
            except (OSError, http.client.HTTPException):
                pass
            if self.process.poll() is not None:
                break
            time.sleep(1)
        self.stop()
        self.log.seek(0)
        raise SystemExit("Label Studio did not start: " + self.log.read()[-2000:])

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def accounts(self, n):
        import label_studio
        env = dict(self.env, PYTHONPATH=os.path.dirname(label_studio.__file__))
        out = subprocess.run([sys.executable, "-c", ACCOUNTS, str(n)], env=env, capture_output=True, text=True)
        if out.returncode:
            raise SystemExit("Label Studio's accounts: " + out.stderr[-2000:])
        return [line for line in out.stdout.splitlines() if re.fullmatch("[0-9a-f]{40}", line)]

    def project(self, tasks):
        c = self.connect()
        p = ask(c, self.token, "POST", "/api/projects", {"title": "race", "label_config": LABELS, "maximum_annotations": 2, "sampling": "Sequential sampling"})
        rows = [{"text": f"我的订单 {n} 到哪里了，能不能快一点"} for n in range(tasks)]
        for at in range(0, tasks, 1000):
            ask(c, self.token, "POST", f"/api/projects/{p['id']}/import", rows[at:at + 1000])
        return p["id"]

    def kept(self, project):
        """The annotations by task, each with its person."""
        c = self.connect()
        export = ask(c, self.token, "GET", f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true")
        return {t["id"]: [(a["id"], a["completed_by"]) for a in t["annotations"]] for t in export}


def peer(people, tasks, seconds):
    with tempfile.TemporaryDirectory() as folder:
        server = LabelStudio(folder)
        try:
            tokens = server.accounts(people)
            project = server.project(tasks)
            lock, claims, submits, acknowledged, failures = threading.Lock(), [], [], [], []
            began = time.monotonic()

            def work(token):
                c, mine = server.connect(), ([], [], [])
                try:
                    while time.monotonic() - began < seconds:
                        start = time.monotonic()
                        task = ask(c, token, "GET", f"/api/projects/{project}/next")
                        taken = time.monotonic()
                        if task is None:  # nothing for this person now
                            break
                        made = ask(c, token, "POST", f"/api/tasks/{task['id']}/annotations", {"result": RESULT, "lead_time": 1})
                        mine[0].append(taken - start)
                        mine[1].append(time.monotonic() - taken)
                        mine[2].append(made["id"])
                except (RuntimeError, OSError, http.client.HTTPException) as e:
                    with lock:
                        failures.append(str(e)[:200])
                with lock:
                    claims.extend(mine[0]), submits.extend(mine[1]), acknowledged.extend(mine[2])

            threads = [threading.Thread(target=work, args=(t,)) for t in tokens]
            [t.start() for t in threads]
            [t.join() for t in threads]
            took = time.monotonic() - began
            kept = server.kept(project)
        finally:
            server.stop()
    ids = {a for answers in kept.values() for a, _ in answers}
    return {
        "pairs_per_s": len(acknowledged) / took, "pairs": len(acknowledged), "tasks": tasks, "people": people, "each": 2,
        **{f"{name}_p{q}_ms": quantile(times, q) for name, times in (("claim", claims), ("submit", submits)) for q in (50, 99)},
        "failures": len(failures), "failure": failures[:1],
        "lost": len(set(acknowledged) - ids),
        "tasks_answered_by_more_than_two": sum(len(a) > 2 for a in kept.values()),
        "tasks_answered_twice_by_one": sum(max(collections.Counter(p for _, p in a).values(), default=0) > 1 for a in kept.values()),
    }


def quantile(times, q):
    return round(1000 * sorted(times)[min(len(times) - 1, len(times) * q // 100)], 3) if times else None


def ours(binary, people, tasks, seconds, database):
    """The program checks itself that no answer is lost or one too many, and fails otherwise."""
    command = [binary, "--json", *(["--db", database] if database else []),
               "bench", "label", "--people", str(people), "--tasks", str(tasks), "--lasting", f"{seconds}s", "--each", "2"]
    out = subprocess.run(command, capture_output=True, text=True)
    if out.returncode:
        raise SystemExit("ours: " + out.stdout[-500:] + out.stderr[-500:])
    return dict(json.loads(out.stdout), lost=0, tasks_answered_by_more_than_two=0, tasks_answered_twice_by_one=0)


def main():
    o = argparse.ArgumentParser()
    o.add_argument("--binary", required=True)
    o.add_argument("--people", type=int, default=64)
    o.add_argument("--tasks", type=int, default=1_000_000)
    o.add_argument("--runs", type=int, default=3)
    o.add_argument("--quick", action="store_true")
    o = o.parse_args()
    runs, seconds, tasks, peer_tasks, peer_runs = (1, 5, 20_000, 500, 1) if o.quick else (o.runs, 15, o.tasks, 2_000, 1)
    people = min(o.people, 16) if o.quick else o.people
    database = os.environ.get("ZHUOMO_TEST_POSTGRES")
    sides = {"sqlite": [], "postgres": [], "label_studio": []}
    for _ in range(runs):
        for side, at in (("sqlite", None), ("postgres", database)):
            if side == "postgres" and not at:
                print("skipped: postgres: no PostgreSQL here")
                continue
            load = os.getloadavg()[0]
            sides[side].append(dict(ours(o.binary, people, tasks, seconds, at), load_before=load))
    for _ in range(peer_runs):
        load = os.getloadavg()[0]
        sides["label_studio"].append(dict(peer(people, peer_tasks, 4 * seconds), load_before=load))
    middle = {s: {k: statistics.median([r[k] for r in list_ if r.get(k) is not None] or [0]) for k in list_[0] if not isinstance(list_[0][k], list)}
              for s, list_ in sides.items() if list_}
    for side in ("sqlite", "postgres"):
        for key in ("pairs_per_s", "claim_p50_ms", "claim_p99_ms", "submit_p50_ms", "submit_p99_ms", "lost", "tasks_answered_by_more_than_two", "tasks_answered_twice_by_one"):
            if side in middle:
                a, b = middle[side][key], middle["label_studio"][key]
                print(f"label_{side}_{key} {a:g} {b:g} {a / b:.2f}" if b else f"label_{side}_{key} {a:g} {b:g} -")
    if o.quick:
        return
    os.makedirs("bench/results", exist_ok=True)
    with open("bench/results/race-label.json", "w") as f:
        json.dump({"machine": {"cpus": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
                   "versions": {"label-studio": importlib.metadata.version("label-studio"), "zhuomo": subprocess.run([o.binary, "version"], capture_output=True, text=True).stdout.split()[1]},
                   "peer_tasks": peer_tasks, "seconds": {"ours": seconds, "peer": 4 * seconds}, "median": middle, "runs": sides}, f, indent=1, ensure_ascii=False)
        f.write("\n")


main()
