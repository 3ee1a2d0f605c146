"""The real program, for the checks and races that drive it."""
import json, os, signal, subprocess, sys, time, urllib.error, urllib.request


class Program:
    """The real program, serving a data folder of its own."""

    def __init__(self, binary, folder, *flags):
        self.binary, self.folder = os.path.abspath(binary), folder
        self.log = open(os.path.join(folder, "log"), "w+")
        self.data = os.path.join(folder, "data")
        self.flags = flags
        self.start("127.0.0.1:0")

    def again(self):
        """Kills it, as a power cut does, and starts it at the same address."""
        self.server.kill()
        self.server.wait()
        os.remove(os.path.join(self.data, "server.json"))
        self.start(self.base.split("//")[1])

    def start(self, listen):
        self.server = subprocess.Popen([self.binary, "serve", "--data", self.data, "--listen", listen, *self.flags], stdout=self.log, stderr=self.log)
        file, until = os.path.join(self.data, "server.json"), time.time() + 30
        while not os.path.exists(file):
            if self.server.poll() is not None or time.time() > until:
                self.log.seek(0)
                sys.exit("the server did not start: " + self.log.read())
            time.sleep(0.05)
        with open(file) as f:
            known = json.load(f)
        self.base, self.token = known["address"], known["token"]

    def __call__(self, *args):
        done = subprocess.run([self.binary, *args, "--data", self.data], capture_output=True)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(args)}: exit {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def json(self, *args):
        return json.loads(self(*args, "--json"))

    def get(self, path, method="GET", body=None, token=True, lang="zh"):
        headers = {"Accept-Language": lang}
        if token:
            headers["Authorization"] = "Bearer " + self.token
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, method=method, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        try:
            code = self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            code = self.server.wait()
        self.log.close()
        if code != 0:
            raise AssertionError(f"the server ended with {code}")
