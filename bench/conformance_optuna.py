"""Holds our sampler and storage for Optuna to Optuna's own tests (optuna.testing), with every
sampler that we have, and then to what they promise themselves. The real program runs on a data
folder of its own. One line a check; exit 1 on a failure. See conformance.sh."""
import argparse, concurrent.futures, os, re, signal, subprocess, sys, tempfile, threading, time, traceback

from program import Program

HOME = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients", "optuna")
sys.path.insert(0, HOME)
CHECKS = []
# Test classes of optuna.testing.pytest_samplers that are not run, and why.
NOT_RUN = {"MultiObjectiveSamplerTestCase": "the sampler has one objective; it raises ValueError, which SingleOnlySamplerTestCase asks for"}


def check(do):
    CHECKS.append(do)
    return do


def suites(samplers):
    """Optuna's own tests, of samplers once each, and of storages."""
    for name, file in [(name, "samplertest.py") for name in samplers] + [("", "storagetest.py")]:
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", file], cwd=HOME, capture_output=True, text=True,
                              env={**os.environ, "ZHUOMO_SAMPLER": name, "PYTHONPATH": HOME, "PYTHONDONTWRITEBYTECODE": "1"})
        said = done.stdout.strip().splitlines()
        yield name, done.returncode == 0, re.sub(r" in [0-9.:s ()]+", "", said[-1].strip("= ")) if said else done.stderr[-500:], done.stdout


def make(study=None, **more):
    from zhuomo_optuna import ZhuomoSampler
    return ZhuomoSampler(os.environ["ZHUOMO_URL"], os.environ["ZHUOMO_PRODUCT"], os.environ["ZHUOMO_TOKEN"], **more)


def store():
    from zhuomo_optuna import ZhuomoStorage
    return ZhuomoStorage(os.environ["ZHUOMO_URL"], os.environ["ZHUOMO_PRODUCT"], os.environ["ZHUOMO_TOKEN"], journal="shared")


def hill(t):
    x, k = t.suggest_float("x", 1e-4, 10, log=True), t.suggest_categorical("k", ["a", None, 3])
    n = t.suggest_int("n", 0, 100, step=5)
    import math
    return (math.log10(x) + 1) ** 2 + ((n - 40) / 50) ** 2 + (0 if k is None else 1)


@check
def the_same_seed_repeats(optuna, program):
    runs = []
    for seed in (3, 3, 4):
        study = optuna.create_study(sampler=make(seed=seed))
        study.optimize(hill, n_trials=15)
        runs.append([t.params for t in study.trials])
    assert runs[0] == runs[1] and runs[0] != runs[2]


@check
def it_finds_more_than_chance(optuna, program):
    ours, chance = [], []
    for seed in range(5):
        for sampler, out in ((make(seed=seed), ours), (optuna.samplers.RandomSampler(seed=seed), chance)):
            study = optuna.create_study(sampler=sampler)
            study.optimize(hill, n_trials=40)
            out.append(study.best_value)
    assert sorted(ours)[2] < sorted(chance)[2] / 3, (ours, chance)


@check
def the_study_shows_on_our_side(optuna, program):
    study = optuna.create_study(study_name="页面上看", sampler=make(seed=1), direction="maximize")

    def objective(t):
        v = -hill(t)
        if t.number == 7:
            raise optuna.TrialPruned()
        if t.number == 9:
            raise ArithmeticError("no")
        return float("inf") if t.number == 11 else v
    study.optimize(objective, n_trials=25, catch=(ArithmeticError,))
    shown = [s for s in program.json("tune", "list", "--product", os.environ["ZHUOMO_PRODUCT"])["items"] if s.get("name", "").startswith("页面上看 #")]
    assert len(shown) == 1, shown
    full = program.json("tune", "show", shown[0]["id"], "--product", os.environ["ZHUOMO_PRODUCT"])
    state = {t["number"]: t["state"] for t in full["items"]}
    assert sorted(state) == list(range(25)), sorted(state)
    assert state[7] == "pruned" and state[9] == "failed" and all(s == "done" for n, s in state.items() if n not in (7, 9)), state
    best = {t.number: t.value for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE and t.number != 11}
    for t in full["items"]:
        assert t["number"] not in best or abs(t["score"] - best[t["number"]]) < 1e-12


@check
def processes_share_a_study(optuna, program):
    with tempfile.TemporaryDirectory() as folder:
        storage = f"sqlite:///{folder}/o.db"
        optuna.create_study(study_name="shared", storage=storage)
        code = ("import sys, optuna; sys.path[:0] = [%r, %r]; optuna.logging.set_verbosity(optuna.logging.ERROR)\n"
                "from conformance_optuna import make, hill\n"
                "optuna.load_study(study_name='shared', storage=%r, sampler=make()).optimize(hill, n_trials=12)" % (HOME, os.path.dirname(os.path.abspath(__file__)), storage))
        workers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
        assert [w.wait(240) for w in workers] == [0, 0, 0]
        study = optuna.load_study(study_name="shared", storage=storage)
        assert len(study.trials) == 36 and len({str(t.params) for t in study.trials}) == 36, "a trial was tried twice"


@check
def processes_share_our_storage(optuna, program):
    code = ("import sys, os, optuna; sys.path[:0] = [%r, %r]; optuna.logging.set_verbosity(optuna.logging.ERROR)\n"
            "from conformance_optuna import store, make, hill\n"
            "optuna.create_study(study_name='ours', storage=store(), sampler=make(), load_if_exists=True).optimize(hill, n_trials=12)" % (HOME, os.path.dirname(os.path.abspath(__file__))))
    workers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    time.sleep(3)
    program.again()  # in the middle
    assert [w.wait(240) for w in workers] == [0, 0, 0]
    study = optuna.load_study(study_name="ours", storage=store())
    assert [t.number for t in study.trials] == list(range(36)) and all(t.state == optuna.trial.TrialState.COMPLETE for t in study.trials)


@check
def old_studies_are_brought(optuna, program):
    with tempfile.TemporaryDirectory() as folder:
        journal = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(folder + "/journal.log"))
        for where, storage in (("sqlite:///" + folder + "/old.db", "sqlite:///" + folder + "/old.db"), (folder + "/journal.log", journal)):
            study = optuna.create_study(study_name="old", storage=storage, sampler=optuna.samplers.RandomSampler(seed=4))

            def objective(t):
                v = hill(t)
                if t.number % 5 == 4:
                    t.suggest_float("only sometimes", 0, 1)
                if t.number == 3:
                    raise ArithmeticError("no")
                return v
            study.optimize(objective, n_trials=30, catch=(ArithmeticError,))
            name = "brought " + where[:6]
            words = [sys.executable, "-m", "zhuomo_optuna.bring", "--storage", where, "--study", "old", "--url", os.environ["ZHUOMO_URL"],
                     "--product", os.environ["ZHUOMO_PRODUCT"], "--name", name]
            for want in ({"added": 30, "known": 0, "outside": 0}, {"added": 0, "known": 30, "outside": 0}):
                done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": HOME})
                assert done.returncode == 0, done.stderr
                assert __import__("json").loads(done.stdout) == want, done.stdout
            full = program.json("tune", "show", name, "--product", os.environ["ZHUOMO_PRODUCT"])
            assert abs(full["study"]["best_score"] + study.best_value) < 1e-12 and full["study"]["best_number"] == study.best_trial.number
            given = program.json("tune", "ask", name, "--product", os.environ["ZHUOMO_PRODUCT"])["trial"]
            assert given["number"] == 30 and set(given["values"]) == {"x", "k", "n", "only sometimes"}, given


@check
def a_study_bears_a_server_that_is_killed(optuna, program):
    study = optuna.create_study(sampler=make(seed=2))
    kills = 0

    def killer(stop):
        nonlocal kills
        while not stop.wait(1.0):
            program.again()
            kills += 1
    stop = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        killing = pool.submit(killer, stop)
        study.optimize(lambda t: (time.sleep(0.05), hill(t))[1], n_trials=60)
        stop.set()
        killing.result()
    assert kills >= 3 and len(study.trials) == 60 and all(t.state == optuna.trial.TrialState.COMPLETE for t in study.trials), kills
    calm = optuna.create_study(sampler=make(seed=2))
    calm.optimize(hill, n_trials=60)
    assert [t.params for t in calm.trials] == [t.params for t in study.trials], "kills have changed what is proposed"


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--binary", required=True)
    a.add_argument("--only", default="")
    a.add_argument("--samplers", default="tune.auto.v1,tune.gaussian.v1,tune.parzen.v1,tune.evolution.v1,tune.even.v1,tune.grid.v1,tune.random.v1")
    a = a.parse_args()
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Program(a.binary, folder)
        try:
            os.environ["ZHUOMO_PRODUCT"] = program.json("product", "create", "optuna")["id"]
            os.environ["ZHUOMO_TOKEN"] = program.json("tokens", "create", "optuna", "--role", "trainer")["secret"]
            os.environ["ZHUOMO_URL"] = program.base
            label = f"optuna {optuna.__version__}"
            if not a.only or a.only in "suites":
                for name, fine, words, text in suites(a.samplers.split(",")):
                    print(f"{'ok   ' if fine else 'FAIL '} {label}: its own {'sampler tests with ' + name if name else 'storage tests'}: {words}", flush=True)
                    if not fine:
                        failed += 1
                        print("      " + text[-3000:].replace("\n", "\n      "))
                for name, why in NOT_RUN.items():
                    print(f"skip  {label}: {name}: {why}")
            for do in CHECKS:
                if a.only not in do.__name__:
                    continue
                try:
                    do(optuna, program)
                    print(f"ok    {label}: {do.__name__}", flush=True)
                except Exception:
                    failed += 1
                    print(f"FAIL  {label}: {do.__name__}")
                    print("      " + traceback.format_exc()[-1800:].replace("\n", "\n      "))
        finally:
            if failed:
                program.log.seek(0)
                print(program.log.read()[-2000:])
            program.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
