"""The measure behind race-racing.sh; see there.

Each set is cut to so many rows by the seed; both searches see the same rows, folds and
seed, and their best is learnt on all rows and judged by the set's own test.
"""
import argparse, csv, gzip, io, json, os, platform, random, statistics, subprocess


def table(path, text, label, delimiter=","):
    opened = gzip.open(path, "rt", encoding="utf-8-sig") if path.endswith(".gz") else open(path, encoding="utf-8-sig")
    with opened as f:
        return [{"text": r[text], "label": r[label]} for r in csv.DictReader(io.StringIO(f.read()), delimiter=delimiter) if r[text] and r[label]]


def sets(root):
    clinc = json.load(gzip.open(f"{root}/clinc150/data_full.json.gz", "rt"))
    rows = lambda part: [{"text": t, "label": l} for t, l in clinc[part]]
    yield "banking77", table(f"{root}/banking77/train.csv", "text", "category"), table(f"{root}/banking77/test.csv", "text", "category")
    yield "clinc150", rows("train"), rows("test")
    sib = f"{root}/sib200-zh/zho_Hans"
    yield "sib200-zh", table(f"{sib}/train.tsv", "text", "category", "\t") + table(f"{sib}/dev.tsv", "text", "category", "\t"), table(f"{sib}/test.tsv", "text", "category", "\t")
    yield "cold", table(f"{root}/cold/train.csv.gz", "TEXT", "label"), table(f"{root}/cold/test.csv", "TEXT", "label")
    yield "cped-acts", table(f"{root}/cped/valid_split.csv.gz", "Utterance", "DA"), table(f"{root}/cped/test_split.csv.gz", "Utterance", "DA")


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--binary", required=True)
    a.add_argument("--sets", required=True)
    for flag, default in (("--seeds", 3), ("--trials", 40), ("--folds", 10), ("--rows", 1500)):
        a.add_argument(flag, type=int, default=default)
    a.add_argument("--quick", action="store_true")
    a.add_argument("--keep", default="bench/results/racing.json")
    a = a.parse_args()
    runs = {}
    for name, train, test in sets(a.sets):
        for seed in range(1 if a.quick else a.seeds):
            rng = random.Random(f"{name}/{seed}")
            rows = rng.sample(train, min(a.rows, len(train)))
            known = {r["label"] for r in rows}
            judged = [r for r in test if r["label"] in known]
            asked = {"rows": rows, "test": rng.sample(judged, min(3000, len(judged))), "trials": a.trials, "seed": seed, "race": {"folds": a.folds}}
            done = subprocess.run([a.binary, "bench", "race"], input=json.dumps(asked), text=True, stdout=subprocess.PIPE, check=True)
            x = runs[f"{name}/{seed}"] = json.loads(done.stdout)
            n = x["test_rows"]
            print(f"{name}/{seed} fits {x['race']['fits']} of {x['full']['fits']} cross {x['race']['score']:.4f} {x['full']['score']:.4f} "
                  f"test {x['race']['test'] / n:.4f} {x['full']['test'] / n:.4f} defaults {x['test_defaults'] / n:.4f} "
                  f"stopped {x['stopped']}, wrongly {x['better_stopped']}, left aside {x['aside']}, s {x['race']['seconds']:.0f} {x['full']['seconds']:.0f}", flush=True)
        if a.quick:
            break
    if not a.quick:
        kept = {"machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]},
                "trials": a.trials, "folds": a.folds, "rows": a.rows, "runs": runs}
        json.dump(kept, open(a.keep, "w"), indent=0, sort_keys=True)
    mean = lambda f: statistics.mean(f(x) for x in runs.values())
    fits, full = sum(x["race"]["fits"] for x in runs.values()), sum(x["full"]["fits"] for x in runs.values())
    print(f"racing.fits_share {fits / full:.3f} of {full}")
    for what, f in (("cross", lambda x, arm: x[arm]["score"]), ("test", lambda x, arm: x[arm]["test"] / x["test_rows"])):
        r, w = mean(lambda x: f(x, "race")), mean(lambda x: f(x, "full"))
        gaps = [f(x, "race") - f(x, "full") for x in runs.values()]
        error = statistics.stdev(gaps) / len(gaps) ** .5 if len(gaps) > 1 else 0
        print(f"racing.{what} {r:.4f} full {w:.4f} gap {r - w:+.4f} ± {1.96 * error:.4f}")
    stopped, wrong = sum(x["stopped"] for x in runs.values()), sum(x["better_stopped"] for x in runs.values())
    print(f"racing.false_stop {wrong} of {stopped} stopped trials would have won; defaults on test {mean(lambda x: x['test_defaults'] / x['test_rows']):.4f}")


main()
