"""The rolling upgrade behind rolling.sh; see there."""
import argparse, collections, json, os, random, re, signal, subprocess, sys, threading, time, urllib.error, urllib.request, uuid

TEXTS = ["我想订一间房", "退房是几点", "有没有早餐", "帮我转人工", "可以带宠物吗", "发票怎么开", "离地铁站远吗", "谢谢"]
BEHIND = (502, 503, 504)  # what a balancer tries again at another server


class Process:
    """A serve or a worker of one of the two programs."""

    all = []

    def __init__(self, house, binary, kind):
        self.kind, self.name = kind, os.path.basename(binary)
        self.log = os.path.join(house.folder, f"{kind}-{uuid.uuid4().hex[:6]}.log")
        words = [binary, kind, "--listen", "127.0.0.1:0", "--data", house.data, "--lang", "en", "--log-level", "debug"]
        words += ["--workers", "-1", "--rate-accounts", "0", "--rate-strangers", "0"] if kind == "serve" else ["--workers", "1"]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(words, env=house.env, stdout=log, stderr=log)
        Process.all.append(self.process)
        until = time.time() + 60
        while True:
            found = re.search(r"Zhuomo is up +(http://\S+)" if kind == "serve" else r'msg="health and figures" address=(\S+)', self.said())
            if found:
                self.base = found[1] if found[1].startswith("http") else "http://" + found[1]
                try:
                    if urllib.request.urlopen(self.base + "/readyz", timeout=5).status == 200:
                        return
                except OSError:
                    pass
            if self.process.poll() is not None or time.time() > until:
                raise SystemExit(f"{self.name} {kind} did not start:\n{self.said()}")
            time.sleep(0.05)

    def said(self):
        with open(self.log) as f:
            return f.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Refused(Exception):
    def __init__(self, status, text):
        self.status, self.code = status, "?"
        try:
            self.code = json.loads(text).get("code", "?")
        except ValueError:
            pass
        super().__init__(f"{status} {text[:300]!r}")


class House:
    """The servers as people see them: behind a balancer that asks another one when one is gone."""

    def __init__(self, folder, database):
        self.folder, self.data, self.serving, self.again = folder, os.path.join(folder, "data"), [], collections.Counter()
        self.env = dict(os.environ, ZHUOMO_DB=database)

    def ask(self, method, path, token=None, body=None, session=None, key=None, wait=30):
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if token:
            headers["Authorization"] = "Bearer " + token
        if session:
            headers["X-Session-Token"] = session
        if key:
            headers["Idempotency-Key"] = key
        until = time.time() + wait
        while True:
            server = random.choice(self.serving)
            request = urllib.request.Request(server.base + path, None if body is None else json.dumps(body).encode(), headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    text = answer.read()
                    return json.loads(text) if text else {}
            except urllib.error.HTTPError as e:
                text = e.read()
                if e.code not in BEHIND or time.time() > until:
                    raise Refused(e.code, text)
                self.again[f"{e.code}"] += 1
            except (OSError, ValueError) as e:  # gone in the middle of it
                if time.time() > until:
                    raise
                self.again[type(e).__name__] += 1
            time.sleep(0.05)


class People:
    """Those who work meanwhile. Each act names itself, so that it may be sent again."""

    def __init__(self, house, owner, tokens, labels, product, queue, release):
        self.house, self.owner, self.labels, self.product, self.queue, self.release = house, owner, labels, product, queue, release
        self.done, self.wrong, self.stopped, self.lock = collections.Counter(), [], threading.Event(), threading.Lock()
        self.turns, self.answers, self.releases = {}, {}, {}
        work = [self.talk, self.talk, lambda: self.label(tokens[0]), lambda: self.label(tokens[1]), self.train, self.make_releases, self.look]
        self.threads = [threading.Thread(target=self.keep, args=(w,)) for w in work]
        for t in self.threads:
            t.daemon = True
            t.start()

    def keep(self, work):
        while not self.stopped.is_set():
            try:
                work()
            except Exception as e:  # every refusal is told at the end
                self.wrong.append(f"{getattr(work, '__name__', 'label')}: {type(e).__name__}: {e}")
                time.sleep(0.5)

    def count(self, what):
        with self.lock:
            self.done[what] += 1

    def talk(self):
        sessions = f"/api/v1/products/{self.product}/sessions"
        begun = self.house.ask("POST", sessions, body={}, key=str(uuid.uuid4()))
        for _ in range(5):
            turn, text = uuid.uuid4().hex, random.choice(TEXTS)
            say = lambda: self.house.ask("POST", f"{sessions}/{begun['id']}/turns", session=begun["token"], body={"text": text, "turn_id": turn})
            first = say()
            self.turns[first["id"]] = text
            self.count("turns")
            if random.random() < 0.2 and say()["parts"] != first["parts"]:
                raise AssertionError("a turn sent again was answered otherwise")

    def label(self, token):
        held = self.house.ask("POST", f"/api/v1/queues/{self.queue}/claims", token, {"count": 5}, key=str(uuid.uuid4()))
        for task in held["items"]:
            own = uuid.uuid4().hex
            self.house.ask("POST", f"/api/v1/tasks/{task['id']}/annotations", token, {"id": own, "labels": [random.choice(self.labels)]})
            self.answers[own] = (token, task["id"])
            self.count("labels")
        if not held["items"]:
            time.sleep(0.5)

    def train(self):
        job = self.house.ask("POST", f"/api/v1/products/{self.product}/models", self.owner, {"seed": random.randrange(1000)}, key=str(uuid.uuid4()))
        name = job.get("id") or job.get("job_id")
        until = time.time() + 90
        while not self.stopped.is_set():
            state = self.house.ask("GET", f"/api/v1/jobs/{name}", self.owner)
            if state["state"] in ("done", "failed", "cancelled"):
                if state["state"] != "done":
                    raise AssertionError(f"training ended as {state['state']}: {state.get('failure')}")
                self.count("models")
                return
            if time.time() > until:
                raise AssertionError("training did not end")
            time.sleep(0.1)

    def make_releases(self):
        note, key = "rolling " + uuid.uuid4().hex, str(uuid.uuid4())
        body = dict(self.release, note=note)
        made = self.house.ask("POST", f"/api/v1/products/{self.product}/releases", self.owner, body, key=key)
        if self.house.ask("POST", f"/api/v1/products/{self.product}/releases", self.owner, body, key=key)["id"] != made["id"]:
            raise AssertionError("a release asked for again was made twice")
        self.releases[made["id"]] = note
        self.count("releases")
        time.sleep(0.2)

    def look(self):
        for path in ("inbox", "turns", "queues", "releases", "models", "studies"):
            self.house.ask("GET", f"/api/v1/products/{self.product}/{path}", self.owner)
            self.count("looks")
        time.sleep(0.1)

    def stop(self):
        self.stopped.set()
        for t in self.threads:
            t.join()


def all_items(house, path, token):
    items, after = [], ""
    while True:
        page = house.ask("GET", path + after, token)
        items += page["items"]
        if not page.get("next"):
            return items
        after = "?cursor=" + page["next"]


def main():
    a = argparse.ArgumentParser()
    for name in ("--earlier", "--newer", "--folder"):
        a.add_argument(name, required=True)
    a.add_argument("--seconds", type=float, default=6)
    o = a.parse_args()
    database = os.environ.get("ZHUOMO_TEST_POSTGRES")
    if not database:
        sys.exit("needs PostgreSQL (Debian: apt-get install postgresql)")
    house = House(o.folder, database)

    def command(binary, *words):
        done = subprocess.run([binary, *words, "--data", house.data, "--json"], env=house.env, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: exit {done.returncode}: {done.stderr} {done.stdout}")
        return json.loads(done.stdout)

    command(o.earlier, "demo", "--once")
    house.env["ZHUOMO_DB"] = database + "&search_path=zhuomo_demo"  # the demo's room
    processes = [Process(house, o.earlier, kind) for kind in ("serve", "serve", "worker", "worker")]
    house.serving = processes[:2]
    owner = command(o.earlier, "tokens", "create", "rolling", "--role", "owner")["secret"]
    tokens = [owner, command(o.earlier, "tokens", "create", "second", "--role", "labeller")["secret"]]
    product = house.ask("GET", "/api/v1/products", owner)["items"][0]["id"]
    first = house.ask("GET", f"/api/v1/products/{product}/queues", owner)["items"][0]
    draft = house.ask("GET", f"/api/v1/products/{product}/queue-drafts/{first['version_id']}", owner)
    order = dict(draft["order"], name="rolling", annotators=1, with_adopted=True)
    job = house.ask("POST", f"/api/v1/products/{product}/queues", owner, order)
    while True:
        state = house.ask("GET", "/api/v1/jobs/" + (job.get("id") or job["job_id"]), owner)
        if state["state"] == "done":
            break
        if state["state"] in ("failed", "cancelled"):
            sys.exit(f"no queue: {state}")
        time.sleep(0.1)
    live = house.ask("GET", f"/api/v1/products/{product}/releases", owner)["items"][0]
    release = {k: live[k] for k in ("model_id", "knowledge", "flow")}
    labels = [n["id"] for n in house.ask("GET", f"/api/v1/products/{product}/guidelines", owner)["items"][0]["guideline"]["labels"]]
    people = People(house, owner, tokens, labels, product, state["result"]["id"], release)
    failures = []
    time.sleep(o.seconds)
    for i, kind in enumerate(("serve", "serve", "worker", "worker")):
        began = time.time()
        newer = Process(house, o.newer, kind)
        if kind == "serve":
            house.serving = [*house.serving, newer]
        print(f"new {kind} works beside {4 - i} earlier processes after {time.time() - began:.1f} s")
        time.sleep(o.seconds)
        old = processes[i]
        house.serving = [p for p in house.serving if p is not old]
        if code := old.stop():
            failures.append(f"the earlier {kind} ended with {code}")
        processes[i] = newer
        time.sleep(o.seconds)
    people.stop()
    told = {t["id"] for t in all_items(house, f"/api/v1/products/{product}/turns", owner)}
    failures += [f"turn {t} is lost" for t in people.turns if t not in told]
    kept = {x["id"] for token in tokens for x in all_items(house, f"/api/v1/queues/{people.queue}/answers", token)}
    failures += [f"answer {x} is lost" for x in people.answers if x not in kept]
    by_task = collections.Counter(task for _, task in people.answers.values())
    failures += [f"task {t} was answered {n} times where one is wanted" for t, n in by_task.items() if n > 1]
    made = collections.Counter(r["note"] for r in all_items(house, f"/api/v1/products/{product}/releases", owner))
    failures += [f"release {r} is there {made[note]} times" for r, note in people.releases.items() if made[note] != 1]
    for p in processes:
        if code := p.stop():
            failures.append(f"the newer {p.kind} ended with {code}")
    failures += [f"{p.name} {p.kind} says {line}" for p in processes for line in p.said().splitlines() if "internal.broken" in line or line.startswith(("panic:", "fatal error:"))]
    print("acknowledged: " + ", ".join(f"{n} {what}" for what, n in sorted(people.done.items())))
    print("asked again at another server: " + (", ".join(f"{n} × {why}" for why, n in house.again.items()) or "never"))
    for line in (people.wrong + failures)[:20]:
        print("WRONG  " + line)
    print("rolling upgrade: " + ("nothing lost, nothing doubled, nothing refused" if not people.wrong + failures else f"{len(people.wrong + failures)} wrong"))
    command(o.newer, "doctor", "--deep")  # ends the run where it finds something
    sys.exit(1 if people.wrong + failures else 0)


if __name__ == "__main__":
    try:
        main()
    finally:
        for p in Process.all:
            if p.poll() is None:
                p.kill()
