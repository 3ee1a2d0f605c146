"""The race behind race-tune.sh; see there.

A task is a space of dials and a score (larger is better, None where the trial fails).
A table is a pool: what is tried is the nearest row in the unit cube that was not tried
yet, and that is what the sampler is told, every one alike.
A sampler of ours named with +earlier begins with what one study each of the other tasks
of the same kind had found (100 trials of the same sampler, the same seed): the best of
each, then the second best, five at most, as the program does. The task itself is never
among them.
Regret is (best − found) / (best − median) of the table, or of 2,000 random places of a
surrogate, or as race_tune_live.py says; ranks are among all racers of one task and seed. The paired test is
Wilcoxon's signed ranks over the tasks' mean regrets.
"""
import argparse, csv, gzip, json, math, os, platform, statistics, subprocess, time
import numpy as np
import race_tune_live

BUDGETS = (25, 50, 100)
LCBENCH = {  # dial: kind, low, high, log
    "batch_size": ("int", 16, 512, True), "learning_rate": ("float", 1e-4, 0.1, True), "momentum": ("float", 0.1, 0.99, False),
    "weight_decay": ("float", 1e-5, 0.1, False), "num_layers": ("int", 1, 5, False), "max_units": ("int", 64, 1024, True),
    "max_dropout": ("float", 0.0, 1.0, False)}


def dial(name, kind, low=0, high=0, log=False, choices=None):
    d = {"name": name, "kind": kind, "min": low, "max": high, "log": log}
    return d | ({"choices": choices} if choices else {})


def unit(d, v):
    if d["kind"] == "choice":
        return float(d["choices"].index(v))
    if d["log"]:
        return math.log(v / d["min"]) / math.log(d["max"] / d["min"])
    return (v - d["min"]) / (d["max"] - d["min"])


class Table:
    """A pool: of what is asked for the nearest row that was not tried is. Its rows may
    fail (None)."""

    def __init__(self, name, dials, rows, scores):
        self.name, self.dials, self.rows, self.scores = name, dials, rows, scores
        self.places = np.array([[unit(d, r[d["name"]]) for d in dials] for r in rows])
        good = [v for v in scores if v is not None]
        self.best, self.middle = max(good), statistics.median(good)

    def begin(self):
        self.left = np.zeros(len(self.rows))

    def score(self, values):
        at = np.array([unit(d, values[d["name"]]) for d in self.dials])
        row = (((self.places - at) ** 2).sum(1) + self.left).argmin()
        self.left[row] = np.inf
        return self.scores[row], self.rows[row]


class Surrogate:
    """A network that predicts the score of any place."""

    def __init__(self, name, session, dials, cat, cont, column, sign):
        self.name, self.dials, self.session = name, dials, session
        self.cat, self.cont, self.column, self.sign = cat, cont, column, sign
        rng = np.random.default_rng(0)
        drawn = [self.ask({d["name"]: draw(d, rng) for d in dials}) for _ in range(2000)]
        self.best, self.middle = max(drawn), statistics.median(drawn)

    def begin(self):
        pass

    def score(self, values):
        return self.ask(values), values

    def ask(self, values):
        out = self.session.run(None, {"x_cat": np.array([self.cat(values)], np.int32), "x_cont": np.array([self.cont(values)], np.float32)})
        return self.sign * float(np.asarray(out[0]).reshape(-1)[self.column])


def draw(d, rng):
    if d["kind"] == "choice":
        return d["choices"][rng.integers(len(d["choices"]))]
    u = rng.random()
    v = d["min"] * (d["max"] / d["min"]) ** u if d["log"] else d["min"] + u * (d["max"] - d["min"])
    return min(max(round(v), d["min"]), d["max"]) if d["kind"] == "int" else v


def tasks(sets):
    out = []
    rows = {}
    with gzip.open(f"{sets}/hpo-lcbench/lcbench_8tasks.csv.gz", "rt") as f:
        for r in csv.DictReader(f):
            if r["epoch"] == "52":
                rows.setdefault(r["openml_task_id"], []).append(r)
    dials = [dial(n, *spec) for n, spec in LCBENCH.items()]
    for task, list_ in sorted(rows.items()):
        known = [{n: (int if spec[0] == "int" else float)(r[n]) for n, spec in LCBENCH.items()} for r in list_]
        out.append(Table("lcbench-" + task, dials, known, [float(r["val_balanced_accuracy"]) for r in list_]))
    for card in ("A100", "A4000"):
        with gzip.open(f"{sets}/hpo-kernel-tuning/convolution_{card}_T4.json.gz", "rt") as f:
            results = json.load(f)["results"]
        values = {}
        for r in results:
            for k, v in r["configuration"].items():
                values.setdefault(k, set()).add(v)
        names = [k for k, v in values.items() if len(v) > 1]
        steps = {k: sorted(values[k]) for k in names}
        rows_, scores = [], []
        for r in results:
            times = r["times"].get("runtimes") or []
            good = r.get("invalidity") in (None, "", "correct") and times and all(isinstance(t, (int, float)) and t > 0 for t in times)
            rows_.append({k: steps[k].index(r["configuration"][k]) for k in names})
            scores.append(-math.log(statistics.mean(times)) if good else None)
        out.append(Table("kernel-" + card, [dial(k, "int", 0, len(steps[k]) - 1) for k in names], rows_, scores))
    return out + surrogates(sets + "/hpo-yahpo-onnx")


def surrogates(folder):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    load = lambda content: onnxruntime.InferenceSession(content, options)
    out = []
    net = load(open(folder + "/iaml_glmnet/model.onnx", "rb").read())
    code = json.load(open(folder + "/iaml_glmnet/encoding.json"))["task_id"]
    for task in ("40981", "41146", "1489", "1067"):
        out.append(Surrogate("glmnet-" + task, net, [dial("alpha", "float", 0, 1), dial("s", "float", 1e-4, 1000, True)],
                             lambda v, t=code[task]: [t], lambda v: [v["alpha"], v["s"], 1.0], 2, 1))
    net = load(gzip.open(folder + "/rbv2_rpart/model.onnx.gz").read())
    codes = json.load(open(folder + "/rbv2_rpart/encoding.json"))
    fill = list(codes["num.impute.selected.cpo"])
    fill = [c for c in fill if c != "#na#"]
    dials = [dial("cp", "float", 0.0009118819655545162, 1, True), dial("maxdepth", "int", 1, 30), dial("minbucket", "int", 1, 100),
             dial("minsplit", "int", 1, 100), dial("impute", "choice", choices=fill)]
    for task in ("1040", "41138", "4135", "40981"):
        out.append(Surrogate("rpart-" + task, net, dials,
                             lambda v, t=codes["task_id"][task]: [t, codes["num.impute.selected.cpo"][v["impute"]]],
                             lambda v: [v["cp"], v["maxdepth"], v["minbucket"], v["minsplit"], 1.0, 10], 2, 1))
    return out


EARLIER = "+earlier"


def earlier(runs, task, all_, seed, sampler):
    """What a study begins with: the best settings of studies of the other tasks of its kind."""
    found = []
    for rank in range(3):
        for other in all_:
            if other.name != task.name and other.name.split("-")[0] == task.name.split("-")[0]:
                top = runs[f"{other.name}/{seed}/{sampler}"]["top"]
                if rank < len(top) and top[rank] not in found:
                    found.append(top[rank])
    return found[:5]


class Ours:
    goals = ()

    def __init__(self, binary, sampler, task, seed, begin=()):
        self.process = subprocess.Popen([binary, "bench", "sampler"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.send({"sampler": sampler, "seed": seed, "dials": task.dials, "begin": list(begin), "goals": list(self.goals)})

    def send(self, line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def run(self, task, n):
        spent = 0
        for i in range(n):
            self.send({"ask": i})
            answer = json.loads(self.process.stdout.readline())
            spent += answer["us"] / 1e6
            score, values = task.score(answer["values"])
            yield score, spent, values
            self.send({"tell": i, "values": values} | ({"failed": True} if score is None else {"score": score}))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Optuna:
    def __init__(self, kind, task, seed):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna = optuna
        sampler = {"default": lambda: type(optuna.create_study().sampler)(seed=seed), "gp": lambda: optuna.samplers.GPSampler(seed=seed),
                   "random": lambda: optuna.samplers.RandomSampler(seed=seed)}[kind]()
        self.study = optuna.create_study(direction="maximize", sampler=sampler)
        space = {}
        for d in task.dials:
            space[d["name"]] = (optuna.distributions.CategoricalDistribution(d["choices"]) if d["kind"] == "choice" else
                                optuna.distributions.CategoricalDistribution([False, True]) if d["kind"] == "bool" else
                                optuna.distributions.IntDistribution(d["min"], d["max"], log=d["log"]) if d["kind"] == "int" else
                                optuna.distributions.FloatDistribution(d["min"], d["max"], log=d["log"]))
        self.space = space

    def run(self, task, n):
        spent = 0
        for _ in range(n):
            began = time.perf_counter()
            trial = self.study.ask(self.space)
            spent += time.perf_counter() - began
            score, values = task.score(trial.params)
            yield score, spent, values
            began = time.perf_counter()
            if score is None:
                self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
            elif values == trial.params:
                self.study.tell(trial, score)
            else:  # of a pool another place was tried
                self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
                self.study.add_trial(self.optuna.trial.create_trial(params=values, distributions=self.space, value=score))
            spent += time.perf_counter() - began

    def close(self):
        pass


def race(racer, task, n):
    task.begin()
    best, at, tried = -math.inf, {}, []
    spent = 0
    for i, (score, spent, values) in enumerate(racer.run(task, n), 1):
        if score is not None:
            tried.append((score, values))
        best = max(best, -math.inf if score is None else score)
        if i in BUDGETS:
            at[i] = best
    racer.close()
    top = [values for _, values in sorted(tried, key=lambda t: -t[0])[:3]]
    run = {"ms_a_trial": 1000 * spent / n, "top": top}
    if isinstance(task, race_tune_live.Live):
        run |= {"found": {str(k): v for k, v in at.items()}, "middle": statistics.median(score for score, _ in tried)}
    else:
        run["regret"] = {str(k): regret_of(v, task.best, task.middle) for k, v in at.items()}
    return run


def regret_of(found, best, middle):
    return max((best - found) / (best - middle), 0.0) if found > -math.inf else 10.0


def settle(runs, task):
    """Gives the runs of a live task their regret, from what all of them found."""
    mine = {k: r for k, r in runs.items() if k.split("/")[0] == task.name and "found" in r}
    best = max(max(r["found"].values()) for r in mine.values())
    middle = statistics.median(r["middle"] for k, r in mine.items() if k.endswith("/optuna-random"))
    for r in mine.values():
        r["regret"] = {k: regret_of(v, best, middle) for k, v in r["found"].items()}


def main():
    a = argparse.ArgumentParser()
    for flag in ("--binary", "--sets", "--samplers"):
        a.add_argument(flag, required=True)
    a.add_argument("--seeds", type=int, default=10)
    a.add_argument("--quick", action="store_true")
    a.add_argument("--go-on", action="store_true", help="our runs that are kept are not run again either")
    a.add_argument("--without-live", action="store_true")
    a.add_argument("--without-gp", action="store_true")
    a.add_argument("--tasks", default="")
    a.add_argument("--keep", default="bench/results/tune.json")
    a = a.parse_args()
    import optuna, scipy.stats
    all_ = [t for t in tasks(a.sets) + ([] if a.without_live else race_tune_live.tasks(a.sets, a.binary)) if a.tasks in t.name]
    if a.quick:
        all_, a.seeds = [all_[0], all_[8], all_[-2]], 2
    peers = ["optuna-default", "optuna-random"] + ([] if a.without_gp else ["optuna-gp"])
    ours = a.samplers.split(",")
    kept = {"runs": {}}
    if os.path.exists(a.keep) and not a.quick:
        kept = json.load(open(a.keep))
    runs = kept["runs"]
    fresh = [name for name in ours if not name.endswith(EARLIER)]
    for names in (fresh + peers, [name for name in ours if name.endswith(EARLIER)]):
        for task in all_:
            for seed in range(a.seeds):
                for name in names:
                    key = f"{task.name}/{seed}/{name}"
                    if key in runs and (name in peers or a.go_on):
                        continue
                    if name in peers:
                        racer = Optuna(name.removeprefix("optuna-"), task, seed)
                    elif name in fresh:
                        racer = Ours(a.binary, name, task, seed)
                    else:
                        sampler = name.removesuffix(EARLIER)
                        racer = Ours(a.binary, sampler, task, seed, earlier(runs, task, all_, seed, sampler))
                    runs[key] = race(racer, task, max(BUDGETS))
            if not a.quick:
                kept["machine"] = {"cpus": os.cpu_count(), "python": platform.python_version(), "optuna": optuna.__version__, "load": os.getloadavg()[0]}
                json.dump(kept, open(a.keep, "w"), indent=0, sort_keys=True)
    racers = ours + peers
    for t in all_:
        if isinstance(t, race_tune_live.Live):
            settle(runs, t)
    for budget in BUDGETS:
        regret = {r: [statistics.mean(runs[f"{t.name}/{s}/{r}"]["regret"][str(budget)] for s in range(a.seeds)) for t in all_] for r in racers}
        ranks = {r: [] for r in racers}
        for t in all_:
            for s in range(a.seeds):
                got = scipy.stats.rankdata([runs[f"{t.name}/{s}/{r}"]["regret"][str(budget)] for r in racers])
                for r, rank in zip(racers, got):
                    ranks[r].append(rank)
        for mine in ours:
            for peer in peers:
                x, y = statistics.mean(regret[mine]), statistics.mean(regret[peer])
                p = scipy.stats.wilcoxon(regret[mine], regret[peer]).pvalue if regret[mine] != regret[peer] else 1.0
                print(f"tune.regret.{budget}.{mine}/{peer} {x:.4f} {y:.4f} {y / x if x else math.inf:.2f} p={p:.3f} rank {statistics.mean(ranks[mine]):.2f} {statistics.mean(ranks[peer]):.2f}")
    for mine in ours:
        for peer in peers:
            x, y = (statistics.mean(runs[f"{t.name}/{s}/{r}"]["ms_a_trial"] for t in all_ for s in range(a.seeds)) for r in (mine, peer))
            print(f"tune.ms_a_trial.{mine}/{peer} {x:.2f} {y:.2f} {y / x:.2f}")


if __name__ == "__main__":
    main()
