"""Holds our voice channels to AliGenie's own SDK, which writes the requests and reads the
answers of the real program. One line a check; exit 1 on a failure. See conformance.sh.
  conformance_voice.py --binary bin/zhuomo --jars FOLDER"""
import argparse, glob, json, os, subprocess, sys, tempfile, urllib.error, urllib.request

from program import Program


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--binary", required=True)
    args.add_argument("--jars", required=True)
    args = args.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    jars = os.pathsep.join(glob.glob(os.path.join(args.jars, "*.jar")))

    def sdk(*words, stdin=""):
        return subprocess.run(["java", "-Dfile.encoding=UTF-8", "-cp", jars, os.path.join(here, "VoiceGenie.java"), *words],
                              input=stdin.encode(), capture_output=True, check=True).stdout.decode()

    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        p = Program(args.binary, folder)
        try:
            product = json.loads(p.get("/api/v1/products", "POST", json.dumps({"name": "音箱"}).encode())[2])["id"]
            made = json.loads(p.get(f"/api/v1/products/{product}/voices", "POST",
                                    json.dumps({"name": "精灵", "platform": "aligenie", "skill_id": "31082"}).encode())[2])

            def post(body, key):
                r = urllib.request.Request(made["address"], data=body.encode(), headers={"Content-Type": "application/json", "X-Zhuomo-Key": key})
                try:
                    with urllib.request.urlopen(r, timeout=10) as a:
                        return a.status, a.read().decode()
                except urllib.error.HTTPError as e:
                    return e.code, e.read().decode()

            def check(name, ok, told):
                nonlocal failed
                print(("ok   " if ok else "FAIL ") + "aligenie: " + name + ("" if ok else f": {told}"))
                failed |= not ok

            ask = sdk("request", "r-1", "放一首歌", "say_anything")
            status, body = post(ask, made["key"])
            read = json.loads(sdk("answer", stdin=body)) if status == 200 else {}
            value = read.get("returnValue") or {}
            commands = value.get("gwCommands") or [{}]
            check("the SDK reads what we answer", status == 200 and read.get("returnCode") == "0" and value.get("executeCode") == "SUCCESS"
                  and value.get("resultType") == "RESULT" and commands[0].get("commandDomain") == "AliGenie.Speaker"
                  and commands[0].get("payload", {}).get("text"), body)
            sent = json.loads(body)["returnValue"] if status == 200 else {}
            check("it lets nothing fall that we send", status == 200 and all(k in value for k in sent), sorted(set(sent) - set(value)))
            check("the same request again is refused", post(ask, made["key"])[0] == 409, status)
            check("a wrong key is refused", post(sdk("request", "r-2", "放一首歌", "say_anything"), "wrong")[0] == 403, status)
        finally:
            p.stop()
    sys.exit(failed)


if __name__ == "__main__":
    main()
