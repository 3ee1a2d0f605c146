"""The race behind race-mood.sh; see there.

The product's own sentences with their labels and the two turns before, cut into three by
conversation; each third is judged by a model of the other two, with and without rows of
CPED's test_split and XED's Chinese part (cn-projections, lines with one emotion) whose
emotion the product's moods.yaml maps to a label; n a mood are drawn with seed 1. As one
model of all labels (the product's way), and as a second model of the moods alone, all
else being "none", at the best of the settings tried. No row of the product's test thirds
is learnt from; nothing is chosen but the second model's settings, which favours it.
Then the gentler ways of race_mood_ways.py.
"""
import argparse, csv, glob, gzip, io, json, os, platform, random, re, subprocess, sys, tempfile, time, zlib

import race_mood_ways

NONE = "none"


def product(folder):
    rows, group, said = [], "", []
    for name in sorted(glob.glob(folder + "/conversations/*.txt")):
        with open(name, encoding="utf-8") as f:
            for line in map(str.strip, f):
                if line.startswith("=="):
                    group, said = os.path.basename(name) + line, []
                elif line.startswith("客 "):
                    text, labels = re.match(r"客 (.*?)(?: #(\S+))?$", line).groups()
                    if labels:
                        rows.append({"text": text, "labels": labels.split(","), "group": group, "history": said[-2:]})
                    said.append({"who": "customer", "text": text})
                elif line.startswith("服 "):
                    said.append({"who": "product", "text": line[2:]})
    return rows


def spoken(folder):
    """What the product says in its conversations: lines that nobody labelled."""
    for name in sorted(glob.glob(folder + "/conversations/*.txt")):
        with open(name, encoding="utf-8") as f:
            yield from ({"text": line[2:].strip()} for line in f if line.startswith("服 "))


def mapping(folder):
    """label → set → emotions, and the label that is watched, from the one shape that moods.yaml has."""
    found = {}
    with open(folder + "/moods.yaml", encoding="utf-8") as f:
        text = f.read()
    for label, inside in re.findall(r"^(\w+): \{(.*)\}$", text, re.M):
        found[label] = {s: [m.strip() for m in names.split(",")] for s, names in re.findall(r"(\w+): \[([^\]]*)\]", inside)}
    return found, re.search(r"^watched: (\w+)$", text, re.M).group(1)


def cped(sets, moods):
    with gzip.open(sets + "/cped/test_split.csv.gz") as f:
        rows = list(csv.DictReader(io.TextIOWrapper(f, "utf-8-sig")))
    label = {e: l for l, of in moods.items() for e in of.get("cped", [])}
    label["neutral"] = NONE
    out, last, said = [], None, []
    for r in rows:
        if r["Dialogue_ID"] != last:
            last, said = r["Dialogue_ID"], []
        if r["Emotion"] in label and len(r["Utterance"]) >= 4:
            turns = [{"who": "customer" if s == r["Speaker"] else "product", "text": t} for s, t in said[-2:]]
            out.append({"text": r["Utterance"], "labels": [label[r["Emotion"]]], "group": "cped" + last, "history": turns})
        said.append((r["Speaker"], r["Utterance"]))
    return out


def xed(sets, moods):
    label = {c: l for l, of in moods.items() for c in of.get("xed", [])}
    out = []
    with open(sets + "/xed-zh/cn-projections.tsv", encoding="utf-8") as f:
        for line in f:
            text, codes = line.rstrip("\n").rsplit("\t", 1)
            if codes.strip() in label:
                out.append({"text": text, "labels": [label[codes.strip()]], "group": "xed" + text, "history": []})
    return out


def drawn(rows, n):
    rng, of = random.Random(1), {}
    for r in rows:
        of.setdefault(r["labels"][0], []).append(r)
    out = []
    for label in sorted(of):
        rng.shuffle(of[label])
        out += of[label][:n]
    return out


def write(folder, name, rows):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        for r in rows:
            f.write(json.dumps({"text": r["text"], "label": "|".join(r["labels"]), "group": r["group"], "history": r["history"], **{k: r[k] for k in ("weight", "guessed") if k in r}}, ensure_ascii=False) + "\n")
    return path


def answers(binary, folder, own, more, args):
    for third in range(3):
        test = [r for r in own if zlib.crc32(r["group"].encode()) % 3 == third]
        learn = [r for r in own if zlib.crc32(r["group"].encode()) % 3 != third] + more
        known = {l for r in learn for l in r["labels"]}
        test = [r for r in test if set(r["labels"]) <= known]
        kept = os.path.join(folder, "answers.jsonl")
        done = subprocess.run([binary, "train", "--json", *args, "--train", write(folder, "learn.jsonl", learn), "--test", write(folder, "test.jsonl", test), "--answers", kept], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"ours failed: {done.stderr}")
        with open(kept) as f:
            yield from ((set(a["gold"]), set(a["said"])) for a in map(json.loads, f))


def judged(pairs, moods, watch):
    pairs = list(pairs)
    f1 = {}
    for m in moods:
        hit = sum(m in g and m in s for g, s in pairs)
        f1[m] = 2 * hit / max(1, sum((m in g) + (m in s) for g, s in pairs))
    gold = sum(watch in g for g, _ in pairs)
    return {"mood_macro_f1": sum(f1.values()) / len(f1), "moods": f1, "exact": sum(g == s for g, s in pairs) / len(pairs),
            "watched_recall": sum(watch in g and watch in s for g, s in pairs) / gold if gold else None}


def main():
    ask = argparse.ArgumentParser()
    for name in ("binary", "sets", "product"):
        ask.add_argument("--" + name, required=True)
    ask.add_argument("--quick", action="store_true")
    a = ask.parse_args()
    own, (near, watched) = product(a.product), mapping(a.product)
    moods = list(near)
    dialogues, films = cped(a.sets, near), xed(a.sets, near)
    talk = [r for r in dialogues if r["labels"] != [NONE]]
    cases = {"own": ([], []), "xed_60": (drawn(films, 60), drawn(films, 60)), "xed": (films, films), "cped_100": (drawn(talk, 100), drawn(dialogues, 100)), "cped_400": (drawn(talk, 400), drawn(dialogues, 400))}
    if a.quick:
        cases = {k: cases[k] for k in ("own", "xed_60")}
    alone = [dict(r, labels=([l for l in r["labels"] if l in moods] or [NONE])[:1]) for r in own]
    runs = {}
    print("name with own ratio")
    with tempfile.TemporaryDirectory() as folder:
        for case, (one, second) in cases.items():
            whole = judged(answers(a.binary, folder, own, one, ["--task", "tag"]), moods, watched)
            tries = [["--param", f"balance={b}", "--param", f"cost={c}"] for b, c in ((1, 0.1), (0.7, 0.2))]
            apart = max((judged(answers(a.binary, folder, alone, second, t), moods, NONE) for t in tries[: 1 if a.quick else 2]), key=lambda r: r["mood_macro_f1"])
            runs[case] = {"rows_more": len(one), "one_model": whole, "second_model": apart}
            base = runs["own"]
            for key in ("mood_macro_f1", "exact", "watched_recall"):
                print(f"{case}_{key} {whole[key]:.4f} {base['one_model'][key]:.4f} {whole[key] / base['one_model'][key]:.3f}", flush=True)
            print(f"{case}_second_model_mood_macro_f1 {apart['mood_macro_f1']:.4f} {base['one_model']['mood_macro_f1']:.4f} {apart['mood_macro_f1'] / base['one_model']['mood_macro_f1']:.3f}", flush=True)
        print("way name with own ratio, over the draws that chose nothing")
        lines = sorted({r["text"] for r in spoken(a.product)})
        ways = race_mood_ways.race(a.binary, folder, write, own, dialogues + films, lines, moods, watched, a.quick)
    if a.quick:
        return
    os.makedirs("bench/results", exist_ok=True)
    with open("bench/results/mood.json", "w", encoding="utf-8") as f:
        json.dump({"rules": __doc__, "made": time.strftime("%Y-%m-%d", time.gmtime()), "machine": platform.system() + " " + platform.machine(), "product": os.path.basename(a.product),
                   "moods": moods, "watched": watched, "rows": len(own), "runs": runs, "ways": ways}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
