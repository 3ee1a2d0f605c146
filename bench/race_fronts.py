"""The race of fronts behind race-tune.sh; see there.

Tasks are the tables of lcbench with two goals, a high balanced accuracy and a short time to
train, searched as pools like those of race_tune.py. What is compared is the area that the
tried settings dominate: accuracy by the logarithm of the time, from the worst of both in
the table, as a share of what all rows of the table dominate. The paired test is Wilcoxon's
signed ranks over the tasks' means. Optuna's default for several goals is TPE.
"""
import argparse, csv, gzip, json, math, os, platform, statistics, time
import race_tune

BUDGETS = (25, 50, 100)


class Pool(race_tune.Table):
    """A table whose rows have two goals: accuracy, and seconds."""

    def __init__(self, name, dials, rows, scores, seconds):
        super().__init__(name, dials, rows, scores)
        self.seconds = seconds
        self.worst = (min(scores), math.log(max(seconds)))
        self.area = self.dominated(zip(scores, seconds))

    def measure(self, values):
        score, row = self.score(values)
        return score, self.seconds[next(i for i, r in enumerate(self.rows) if r is row)], row

    def dominated(self, found):
        """The area between the worst corner and the front of what was found."""
        area, top = 0.0, self.worst[0]
        for score, seconds in sorted(found, key=lambda f: (f[1], -f[0])):
            if score > top:
                area += (score - top) * (self.worst[1] - math.log(seconds))
                top = score
        return area


def pools(sets):
    rows = {}
    with gzip.open(f"{sets}/hpo-lcbench/lcbench_8tasks.csv.gz", "rt") as f:
        for r in csv.DictReader(f):
            if r["epoch"] == "52":
                rows.setdefault(r["openml_task_id"], []).append(r)
    dials = [race_tune.dial(n, *spec) for n, spec in race_tune.LCBENCH.items()]
    for task, list_ in sorted(rows.items()):
        known = [{n: (int if spec[0] == "int" else float)(r[n]) for n, spec in race_tune.LCBENCH.items()} for r in list_]
        yield Pool("lcbench-" + task, dials, known, [float(r["val_balanced_accuracy"]) for r in list_], [float(r["time_s"]) for r in list_])


class Ours(race_tune.Ours):
    goals = ("seconds",)

    def run(self, task, n):
        spent = 0
        for i in range(n):
            self.send({"ask": i})
            answer = json.loads(self.process.stdout.readline())
            spent += answer["us"] / 1e6
            score, seconds, values = task.measure(answer["values"])
            yield score, seconds, spent
            self.send({"tell": i, "values": values, "score": score, "figures": {"seconds": seconds}})


class Optuna(race_tune.Optuna):
    def __init__(self, kind, task, seed):
        super().__init__("random", task, seed)
        samplers, directions = self.optuna.samplers, ["maximize", "minimize"]
        usual = type(self.optuna.create_study(directions=directions).sampler)
        sampler = {"default": usual, "nsga2": samplers.NSGAIISampler, "gp": samplers.GPSampler, "random": samplers.RandomSampler}[kind](seed=seed)
        self.study = self.optuna.create_study(directions=directions, sampler=sampler)
        self.breeds = kind == "nsga2"  # from trials that it asked for, not from those that were added

    def run(self, task, n):
        spent = 0
        for _ in range(n):
            began = time.perf_counter()
            trial = self.study.ask(self.space)
            spent += time.perf_counter() - began
            score, seconds, values = task.measure(trial.params)
            yield score, seconds, spent
            began = time.perf_counter()
            got = [score, math.log(seconds)]  # the time goes by its logarithm, as ours does
            if self.breeds or values == trial.params:
                self.study.tell(trial, got)
            else:  # of a pool another place was tried
                self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
                self.study.add_trial(self.optuna.trial.create_trial(params=values, distributions=self.space, values=got))
            spent += time.perf_counter() - began


def race(racer, task, n):
    task.begin()
    found, share, spent = [], {}, 0
    for i, (score, seconds, spent) in enumerate(racer.run(task, n), 1):
        found.append((score, seconds))
        if i in BUDGETS:
            share[str(i)] = task.dominated(found) / task.area
    racer.close()
    return {"share": share, "ms_a_trial": 1000 * spent / n}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--binary", required=True)
    a.add_argument("--sets", required=True)
    a.add_argument("--sampler", default="tune.auto.v1")
    a.add_argument("--seeds", type=int, default=10)
    a.add_argument("--quick", action="store_true")
    a.add_argument("--go-on", action="store_true", help="our runs that are kept are not run again either")
    a.add_argument("--without-gp", action="store_true")
    a.add_argument("--tasks", default="")
    a.add_argument("--keep", default="bench/results/fronts.json")
    a = a.parse_args()
    import optuna, scipy.stats
    all_ = [p for p in pools(a.sets) if a.tasks in p.name]
    if a.quick:
        all_, a.seeds = all_[:1], 2
    peers = ["optuna-default", "optuna-nsga2", "optuna-random"] + ([] if a.without_gp else ["optuna-gp"])
    kept = json.load(open(a.keep)) if os.path.exists(a.keep) and not a.quick else {"runs": {}}
    runs = kept["runs"]
    for task in all_:
        for seed in range(a.seeds):
            for name in [a.sampler] + peers:
                key = f"{task.name}/{seed}/{name}"
                if key in runs and (name in peers or a.go_on):
                    continue
                racer = Ours(a.binary, name, task, seed) if name == a.sampler else Optuna(name.removeprefix("optuna-"), task, seed)
                runs[key] = race(racer, task, max(BUDGETS))
        if not a.quick:
            kept["machine"] = {"cpus": os.cpu_count(), "python": platform.python_version(), "optuna": optuna.__version__, "load": os.getloadavg()[0]}
            json.dump(kept, open(a.keep, "w"), indent=0, sort_keys=True)
    of = lambda name, what: [statistics.mean(what(runs[f"{t.name}/{s}/{name}"]) for s in range(a.seeds)) for t in all_]
    for budget in map(str, BUDGETS):
        mine = of(a.sampler, lambda r: r["share"][budget])
        for peer in peers:
            theirs = of(peer, lambda r: r["share"][budget])
            p = scipy.stats.wilcoxon(mine, theirs).pvalue if mine != theirs else 1.0
            print(f"fronts.share.{budget}.{a.sampler}/{peer} {statistics.mean(mine):.4f} {statistics.mean(theirs):.4f} {statistics.mean(mine) / statistics.mean(theirs):.2f} p={p:.3f}")
    for peer in peers:
        x, y = (statistics.mean(of(name, lambda r: r["ms_a_trial"])) for name in (a.sampler, peer))
        print(f"fronts.ms_a_trial.{a.sampler}/{peer} {x:.2f} {y:.2f} {y / x:.2f}")


if __name__ == "__main__":
    main()
