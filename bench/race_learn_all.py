"""The race of race-learn.sh over all labelled sets; see there, and race_learn_sets.py and race_learn_peers.py.

Each peer is tuned on dev: the setting with the best dev figure, the earlier of
equals. Ours runs as it comes. The figure is accuracy where a row has one label,
micro-F1 where it may have several; there peers choose by the threshold, and with
or without the best label always, that is best on dev. A loss is significant
where the middle 95 % of 2,000 paired resamples of the test rows lie below 0.
Answers are kept in .peers/learn-sets: a set and peer is raced once, so that the
race goes on where it was stopped and ours can be raced alone (--ours).
"""
import argparse, importlib.metadata, json, os, platform, statistics, subprocess, sys, tempfile, time, warnings

warnings.filterwarnings("ignore")
import numpy

import race_learn_peers as peers
import race_learn_sets as sets

KEPT = ".peers/learn-sets"
SAMPLES = 2000


def measure(gold, said):
    """Sums a row, whose ratio is the figure: 2·right over said + gold; for one label a row that is accuracy."""
    return numpy.array([(2 * len(set(g) & set(s)), len(g) + len(s)) for g, s in zip(gold, said)], dtype=float)


def figure(sums):
    return float(sums[:, 0].sum() / sums[:, 1].sum())


def choose(scores, names, rule):
    """Labels of each row: the best one, or (threshold, always)."""
    best = scores.argmax(1)
    if rule is None:
        return [[names[b]] for b in best]
    threshold, always = rule
    return [[names[j] for j in numpy.flatnonzero(row >= threshold)] or ([names[b]] if always else []) for row, b in zip(scores, best)]


def rule_for(scores, names, gold, multi):
    if not multi:
        return None
    rules = [(t, always) for t in numpy.unique(numpy.quantile(scores, numpy.linspace(0.5, 0.999, 60))) for always in (True, False)]
    return max(rules, key=lambda r: figure(measure(gold, choose(scores, names, r))))


def race_peer(s, name, features):
    """Tune name on s, learn each part with the setting chosen, and give what it says of the test rows."""
    said, seconds, chosen, tried, loads = [], 0.0, None, [], os.getloadavg()
    for at, (train, dev, test) in enumerate(s.parts()):
        names = sorted({l for _, ls in train for l in ls})
        fitted = None
        if chosen is None:
            part, judge = (train, dev) if dev is not None else sets.tuning(train)
            if at not in features:
                features[at] = peers.Features([t for t, _ in part], s.chinese)
            f, labels = features[at], [ls for _, ls in part]
            fit, grid = peers.settings(f, s.multi, len(names))[name]
            known = sorted({l for ls in labels for l in ls})
            texts, gold = [t for t, _ in judge], [ls for _, ls in judge]
            best = -1.0
            for setting in grid:
                began = time.perf_counter()
                ask = fit(setting, f, labels, known, s.multi)
                took = time.perf_counter() - began
                scores = ask(texts)
                rule = rule_for(scores, known, gold, s.multi)
                reached = figure(measure(gold, choose(scores, known, rule)))
                tried.append((str(setting), round(reached, 5), round(took, 2)))
                if reached > best:
                    best, chosen, fitted = reached, (setting, rule), (ask, known, took)
        if dev is None or fitted is None:
            f = peers.Features([t for t, _ in train], s.chinese)
            fit, _ = peers.settings(f, s.multi, len(names))[name]
            began = time.perf_counter()
            ask = fit(chosen[0], f, [ls for _, ls in train], names, s.multi)
            fitted = ask, names, time.perf_counter() - began
        ask, known, took = fitted
        seconds += took
        said += choose(ask([t for t, _ in test]), known, chosen[1])
    return {"setting": str(chosen), "tried": tried, "seconds": round(seconds, 3), "loads": loads, "said": said}


def write(folder, name, rows):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        for text, labels in rows:
            f.write(json.dumps({"text": text, "label": "|".join(labels)}, ensure_ascii=False) + "\n")
    return path


def race_ours(binary, s, params):
    said, seconds, loads = [], 0.0, os.getloadavg()
    with tempfile.TemporaryDirectory() as folder:
        for train, dev, test in s.parts():
            kept = folder + "/answers.jsonl"
            seen = {l for _, ls in train for l in ls}
            # A test label that train lacks is one that nobody can say: such a row is asked under another label and judged under its own.
            ask = [(t, [l for l in ls if l in seen] or [min(seen)]) for t, ls in test]
            command = [binary, "train", "--task", "tag" if s.multi else "classify", "--train", write(folder, "train.jsonl", train),
                       "--test", write(folder, "test.jsonl", ask), "--answers", kept, "--seed", "1", "--json"]
            for p in params:
                command += ["--param", p]
            if dev is not None:
                command += ["--dev", write(folder, "dev.jsonl", [(t, [l for l in ls if l in seen]) for t, ls in dev if set(ls) & seen])]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"ours failed on {s.name}: {done.stderr}")
            seconds += json.loads(done.stdout)["seconds"]
            with open(kept, encoding="utf-8") as f:
                said += [json.loads(line)["said"] for line in f]
    return {"setting": "as it comes" if not params else " ".join(params), "seconds": round(seconds, 3), "loads": loads, "said": said}


def keep(path, made):
    os.makedirs(KEPT, exist_ok=True)
    with open(path + ".part", "w", encoding="utf-8") as f:
        json.dump(made, f, ensure_ascii=False)
    os.replace(path + ".part", path)


def compare(s, answers):
    """The line of one set: each one's figure, and against ours the difference with its 95 % interval."""
    gold = s.gold()
    sums = {n: measure(gold, a["said"]) for n, a in answers.items()}
    draws = numpy.random.default_rng(1).integers(len(gold), size=(SAMPLES, len(gold)), dtype=numpy.int32)
    drawn = {n: v[draws, 0].sum(1) / v[draws, 1].sum(1) for n, v in sums.items()}
    line = {"set": s.name, "rows": len(gold), "figure": "micro_f1" if s.multi else "accuracy", "raced": {}}
    for n, a in answers.items():
        line["raced"][n] = {"reached": round(figure(sums[n]), 5), "seconds": a["seconds"], "setting": a["setting"]}
        if n != "ours":
            low, high = numpy.quantile(drawn["ours"] - drawn[n], [0.025, 0.975])
            line["raced"][n] |= {"ours_less_this": [round(float(low), 5), round(float(high), 5)],
                                 "verdict": "loss" if high < 0 else "win" if low > 0 else "even"}
    order = sorted(line["raced"].values(), key=lambda r: -r["reached"])
    for r in order:  # equals share the middle of their places
        places = [i + 1 for i, o in enumerate(order) if o["reached"] == r["reached"]]
        r["rank"] = statistics.mean(places)
    return line


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--binary", required=True)
    ask.add_argument("--sets", required=True)
    ask.add_argument("--only", default="", help="names of sets, with commas between")
    ask.add_argument("--peers", default="", help="names of peers, with commas between")
    ask.add_argument("--minutes", type=float, default=1e9, help="begin nothing after so many minutes")
    ask.add_argument("--ours", action="store_true", help="race ours anew, and no peers")
    ask.add_argument("--param", action="append", default=[], help="NAME=VALUE for ours, to try things; keeps nothing")
    ask.add_argument("--quick", action="store_true")
    a = ask.parse_args()
    began, lines = time.monotonic(), []
    late = lambda: time.monotonic() - began > 60 * a.minutes
    only = [n for n in (a.only.split(",") if a.only else ["xsid-zh-valid", "sib200-zho_Hans"] if a.quick else sets.SETS)]
    whole = True
    for name in only:
        s, answers, features = sets.SETS[name](a.sets), {}, {}
        path = f"{KEPT}/{name}.ours.json"
        if a.ours or a.param or a.quick or not os.path.exists(path):
            answers["ours"] = race_ours(a.binary, s, a.param)
            if not a.param and not a.quick:
                keep(path, answers["ours"])
        else:
            with open(path, encoding="utf-8") as f:
                answers["ours"] = json.load(f)
        for peer in peers.settings(peers.Features([], s.chinese), s.multi, 1):
            path = f"{KEPT}/{name}.{peer}.json"
            if os.path.exists(path):
                with open(path, encoding="utf-8") as f:
                    answers[peer] = json.load(f)
            elif a.ours or a.param or late() or a.peers and peer not in a.peers.split(",") or a.quick and peer not in ("linearsvc", "fasttext"):
                whole = whole and (a.quick or bool(a.param))
            else:
                try:
                    answers[peer] = race_peer(s, peer, features)
                except ModuleNotFoundError as e:
                    print(f"{name}_{peer}: not raced, {e.name} cannot be installed here")
                    continue
                keep(path, answers[peer])
        lines.append(compare(s, answers))
        tell(lines[-1])
    report(lines)
    if not (a.quick or a.param or a.only) and whole:
        merge("sets", {"rules": __doc__, "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores", "made": time.strftime("%Y-%m-%d", time.gmtime()),
                       "versions": {p: importlib.metadata.version(p) for p in ("scikit-learn", "liblinear-official", "fasttext-wheel", "vowpalwabbit") if has(p)}, "lines": lines})


def has(package):
    try:
        importlib.metadata.version(package)
        return True
    except importlib.metadata.PackageNotFoundError:
        return False


def merge(part, made):
    """Puts one part into bench/results/learn-sets.json and leaves the others."""
    os.makedirs("bench/results", exist_ok=True)
    path, whole = "bench/results/learn-sets.json", {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            whole = json.load(f)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(whole | {part: made}, f, indent=1, ensure_ascii=False)
        f.write("\n")


def tell(line):
    mine = line["raced"]["ours"]
    print(f"{line['set']} rows={line['rows']} ours {mine['reached']:.4f} {mine['seconds']:.2f}s rank {mine['rank']} | " + " ".join(
        f"{n}={r['reached']:.4f}{'-' if r['verdict'] == 'loss' else '+' if r['verdict'] == 'win' else ''}({r['seconds']:.1f}s)" for n, r in line["raced"].items() if n != "ours"), flush=True)


def report(lines):
    print("name ours peer ratio")
    ranks = {}
    for line in lines:
        for n, r in line["raced"].items():
            ranks.setdefault(n, []).append(r["rank"])
    for n, r in ranks.items():
        if n != "ours":
            print(f"mean_rank_{n} {statistics.mean(ranks['ours']):.2f} {statistics.mean(r):.2f} {statistics.mean(r) / statistics.mean(ranks['ours']):.2f} ({len(r)} sets)")
    lost = [f"{line['set']}:{n}" for line in lines for n, r in line["raced"].items() if r.get("verdict") == "loss"]
    print(f"significant_losses {len(lost)} 0 - {' '.join(lost)}")


if __name__ == "__main__":
    main()
