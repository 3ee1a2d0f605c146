"""Gentler ways by which outside moods may help a product; race_mood.py runs them.

Of the same sentences, cut into three by conversation once for each of several draws:
  weight   outside rows whose mapped label the product has, as many of each, each counting
           a small part of a row; they are never calibrated on
  pool     a model of the outside rows alone (moods and none) says of each sentence how
           likely each mood is; its log odds, times a weight, are added to the own model's
  spared   the same, but a sentence that is heard as the watched label stays so
  unsure   as pool, but only where the own model's best label is below its border
  teach    the outside model labels the product's own lines without labels (what the
           product says), which are learnt from beside the written ones
In pool, spared and unsure only labels of moods move, so what is heard of other labels, the watched
one among them, changes only where a mood takes the first place. A way's setting is chosen
on draw 0; what it brings is told on the other draws, paired, with 500 resamples of conversations.
"""
import json, math, os, random, subprocess, sys, zlib

DRAWS = 5
SETTINGS = {
    "weight": [(n, w) for n in (60, 116) for w in (0.02, 0.05, 0.1, 0.2)],
    "pool": [(w,) for w in (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3)],
    "spared": [(w,) for w in (0.5, 1, 2, 3)],
    "unsure": [(b, w) for b in (0.3, 0.5) for w in (0.1, 0.3, 1, 2)],
    "teach": [(w,) for w in (0.1, 0.5)],
}


def third(row, draw):
    return zlib.crc32((f"{draw} " * bool(draw) + row["group"]).encode()) % 3


class Trainer:
    """Calls the program in one folder."""

    def __init__(self, binary, folder, write):
        self.binary, self.folder, self.write = binary, folder, write

    def answers(self, learn, test, *args):
        kept = os.path.join(self.folder, "answers.jsonl")
        done = subprocess.run([self.binary, "train", "--json", "--train", self.write(self.folder, "learn.jsonl", learn), "--test", self.write(self.folder, "test.jsonl", test), "--answers", kept, *args], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"ours failed: {done.stderr}")
        with open(kept) as f:
            return [json.loads(line) for line in f]


def folds(own, draw):
    for k in range(3):
        learn = [r for r in own if third(r, draw) != k]
        known = {l for r in learn for l in r["labels"]}
        yield learn, [r for r in own if third(r, draw) == k and set(r["labels"]) <= known]


def scores(answer):
    return {s["label"]: s["p"] for s in answer.get("scores") or []}


def logit(p):
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def pooled(answer, outside, prior, moods, weight, border=2, spared=""):
    """The labels said when outside odds, over those of the outside model's prior, speak too."""
    own = scores(answer)
    if not own or answer["p"] >= border or spared in answer["said"]:
        return set(answer["said"])
    first = answer["said"][0] if answer["said"] else None
    moved = {l: logit(p) for l, p in own.items()}
    for m in moods:
        if m in prior:
            moved[m] = logit(own.get(m, 0)) + weight * (logit(outside.get(m, 0)) - logit(prior[m]))
    best = max(moved, key=moved.get)
    if best == max(own, key=own.get) or first is None:
        return set(answer["said"])
    return {best} | (set(answer["said"]) - {first})


def told(pairs, moods, watch):
    f1 = [2 * sum(m in g and m in s for g, s in pairs) / max(1, sum((m in g) + (m in s) for g, s in pairs)) for m in moods]
    gold = [s for g, s in pairs if watch in g]
    return {"mood_macro_f1": sum(f1) / len(f1), "exact": sum(g == s for g, s in pairs) / len(pairs), "watched_recall": sum(watch in s for s in gold) / len(gold)}


def paired(base, way, groups, moods, watch, times):
    """By how much the way is above the base, each figure over draws, and 95 % of resamples of whole conversations."""
    rng, names = random.Random(1), sorted(groups)
    def gain(sample):
        out = {}
        for b, w in zip(base, way):
            x, y = (told([of[i] for i in sample if i in of], moods, watch) for of in (b, w))
            for k in x:
                out[k] = out.get(k, 0) + (y[k] - x[k]) / len(base)
        return out
    mean, drawn = gain([i for n in names for i in groups[n]]), [gain([i for n in rng.choices(names, k=len(names)) for i in groups[n]]) for _ in range(times)]
    return {k: {"gain": mean[k], "from": sorted(d[k] for d in drawn)[int(times * 0.025)], "to": sorted(d[k] for d in drawn)[int(times * 0.975)]} for k in mean}


def balanced(rows, n):
    rng, of = random.Random(1), {}
    for r in rows:
        of.setdefault(r["labels"][0], []).append(r)
    out = []
    for label in sorted(of):
        rng.shuffle(of[label])
        out += of[label][:n]
    return out


def race(binary, folder, write, own, outside, unlabelled, moods, watched, quick):
    """outside: rows of the sets with a mapped mood or none; unlabelled: texts of the product."""
    own = [dict(r, id=i) for i, r in enumerate(own)]
    groups = {}
    for r in own:
        groups.setdefault(r["group"], []).append(r["id"])
    call = Trainer(binary, folder, write)
    teacher = os.path.join(folder, "teacher.model")
    alone = balanced(outside, 400)
    said = {r["id"]: scores(a) for r, a in zip(own, call.answers(alone, [dict(r, labels=["none"]) for r in own], "--task", "classify", "--out", teacher))}
    prior = {m: sum(s.get(m, 0) for s in said.values()) / len(said) for m in moods if any(m in s for s in said.values())}
    talk = [r for r in outside if r["labels"] != ["none"]]
    rest = write(folder, "rest.jsonl", [{"text": t, "labels": [], "group": "", "history": []} for t in unlabelled])
    kept = {}

    def base(draw):
        if draw not in kept:
            kept[draw] = [(learn, test, call.answers(learn, test, "--task", "tag")) for learn, test in folds(own, draw)]
        return kept[draw]

    def run(way, setting, draw):
        out = {}
        for learn, test, first in base(draw):
            if way == "weight":
                n, w = setting
                got = call.answers(learn + [dict(r, weight=w, guessed=True) for r in balanced(talk, n)], test, "--task", "tag")
            elif way == "teach":
                got = call.answers(learn, test, "--task", "tag", "--rest", rest, "--teach", teacher, "--param", f"rest_weight={setting[0]}")
            else:
                got = first
            for r, a in zip(test, got):
                heard = set(a["said"])
                if way == "unsure":
                    heard = pooled(a, said[r["id"]], prior, moods, setting[1], border=setting[0])
                elif way in ("pool", "spared"):
                    heard = pooled(a, said[r["id"]], prior, moods, setting[0], spared=watched if way == "spared" else "")
                out[r["id"]] = (set(a["gold"]), heard)
        return out

    draws = range(1, 2 if quick else DRAWS)
    first, ground = run("own", (), 0), [run("own", (), d) for d in draws]
    mean = lambda runs: {k: sum(told(list(r.values()), moods, watched)[k] for r in runs) / len(runs) for k in ("mood_macro_f1", "exact", "watched_recall")}
    result = {"own": {"draw_0": mean([first]), "other_draws": mean(ground)}}
    for way, settings in SETTINGS.items():
        tried = [{"setting": s, **mean([run(way, s, 0)])} for s in settings[: 1 if quick else None]]
        # the best for moods among those that do not hear the watched label less; if none, the best
        fair = [t for t in tried if t["watched_recall"] >= result["own"]["draw_0"]["watched_recall"]] or tried
        chosen = max(fair, key=lambda t: t["mood_macro_f1"])
        runs = [run(way, chosen["setting"], d) for d in draws]
        result[way] = {"tried_on_draw_0": tried, "chosen": chosen["setting"], "other_draws": mean(runs), "over_own": paired(ground, runs, groups, moods, watched, 50 if quick else 500)}
        for key, value in result[way]["other_draws"].items():
            own_value = result["own"]["other_draws"][key]
            g = result[way]["over_own"][key]
            print(f"{way}_{key} {value:.4f} {own_value:.4f} {value / own_value:.3f}", f"# setting {chosen['setting']}, gain {g['gain']:+.4f} [{g['from']:+.4f}, {g['to']:+.4f}]", flush=True)
    return result
