"""Holds signing in by OpenID Connect to a certified provider (npm's oidc-provider): the whole
way round as a browser goes it, roles by groups, other keys, a wrong secret, a provider
that is gone. The real program runs on a data folder of its own. One line a check; exit 1
on a failure. See conformance.sh."""
import argparse, contextlib, html, http.cookiejar, json, os, re, signal, socket, subprocess, sys, tempfile, time, traceback, urllib.error, urllib.parse, urllib.request

SECRET = "a-secret-of-the-client"
PEOPLE = {
    "u-1": {"email": "xiaoming@corp.example", "email_verified": True, "name": "小明", "preferred_username": "小明", "groups": ["zhuomo-trainers"]},
    "u-2": {"email": "lihua@corp.example", "email_verified": True, "name": "李华", "preferred_username": "李华", "groups": ["zhuomo-leads", "zhuomo-trainers"]},
    "u-3": {"email": "guest@other.example", "email_verified": True, "name": "客人", "preferred_username": "客人", "groups": []},
    "u-4": {"email": "claims@corp.example", "email_verified": False, "name": "未验", "preferred_username": "未验", "groups": ["zhuomo-leads"]},
}


def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def reached(url, process, log):
    for _ in range(300):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=2).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"{url} does not answer: " + open(log).read()[-1000:])


class Provider:
    def __init__(self, packages, folder, port, back):
        self.issuer, self.log = f"http://127.0.0.1:{port}", os.path.join(folder, "provider.log")
        self.env = {**os.environ, "HOME_OF_PACKAGES": os.path.abspath(packages), "PORT": str(port), "BACK": back, "SECRET": SECRET, "PEOPLE": json.dumps(PEOPLE)}
        self.start()

    def start(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conformance_signin.mjs")
        self.process = subprocess.Popen(["node", script], stdout=open(self.log, "a"), stderr=subprocess.STDOUT, env=self.env)
        reached(self.issuer + "/.well-known/openid-configuration", self.process, self.log)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class Zhuomo:
    def __init__(self, binary, folder, port, issuer, secret, *words):
        self.base, self.data, self.binary = f"http://127.0.0.1:{port}", os.path.join(folder, "data"), os.path.abspath(binary)
        self.log = os.path.join(folder, "zhuomo.log")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{port}", "--oidc-issuer", issuer, "--oidc-client", "zhuomo", *words],
            stdout=open(self.log, "a"), stderr=subprocess.STDOUT, env={**os.environ, "ZHUOMO_OIDC_SECRET": secret})
        reached(self.base + "/readyz", self.process, self.log)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0


class Browser:
    def __init__(self):
        self.way = []
        jar, outer = http.cookiejar.CookieJar(), self

        class Watch(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *a):
                outer.way.append(a[-1])
                return super().redirect_request(*a)

        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), Watch)

    def go(self, url, form=None):
        request = urllib.request.Request(url, data=urllib.parse.urlencode(form).encode() if form else None, headers={"Accept-Language": "en", "Accept": "text/html,application/json"})
        try:
            with self.opener.open(request, timeout=20) as a:
                return a.status, a.geturl(), a.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.geturl(), e.read().decode()

    def signs_in(self, base, who):
        """Fills in the provider's two pages, who one is and that one agrees."""
        status, at, page = self.go(base + "/sign-in/provider")
        for form in ({"prompt": "login", "login": who, "password": "x"}, {"prompt": "consent"}):
            if at.startswith(base):
                break
            action = html.unescape(re.search(r'<form[^>]*action="([^"]*)"', page).group(1))
            status, at, page = self.go(urllib.parse.urljoin(at, action), form)
        return status, at, page

    def me(self, base):
        status, _, body = self.go(base + "/api/v1/me")
        return status, json.loads(body)


def checks(provider, z, restarted):
    def the_whole_way_round():
        b = Browser()
        status, at, page = b.signs_in(z.base, "u-1")
        assert status == 200 and at.startswith(z.base + "/") and "/sign-in" not in at, (status, at, page[:300])
        status, me = b.me(z.base)
        assert status == 200 and me["name"] == "小明" and me["roles"] == ["trainer"], me
        back = next(w for w in b.way if "/sign-in/provider/back" in w)
        assert b.go(back)[0] == 403, "the way back led in twice"
        assert Browser().go(back)[0] == 403, "the way back led another browser in"

    def roles_follow_the_groups():
        b = Browser()
        b.signs_in(z.base, "u-2")
        assert b.me(z.base)[1]["roles"] == ["lead"], b.me(z.base)

    def others_stay_outside():
        for who in ("u-3", "u-4"):  # of another domain; of an address that nobody verified
            b = Browser()
            status, _, page = b.signs_in(z.base, who)
            assert status == 403 and b.me(z.base)[0] == 401, (who, status, page[:300])

    def one_who_refuses_is_told():
        b = Browser()
        _, at, page = b.go(z.base + "/sign-in/provider")
        abort = html.unescape(re.search(r'href="([^"]*abort)"', page).group(1))
        status, at, page = b.go(urllib.parse.urljoin(at, abort))
        assert at.startswith(z.base) and 400 <= status < 500 and b.me(z.base)[0] == 401, (status, at, page[:300])

    def the_provider_goes_and_returns_with_other_keys():
        provider.stop()
        with restarted(SECRET) as fresh:  # knows nothing of it yet
            status, _, page = Browser().go(fresh.base + "/sign-in/provider")
            assert status in (502, 503, 504) and "identity provider" in page, (status, page[:300])
            provider.start()
            b = Browser()
            assert b.signs_in(fresh.base, "u-1")[0] == 200 and b.me(fresh.base)[1]["name"] == "小明"
            provider.stop()
            provider.start()  # known already, but its keys are new
            b = Browser()
            assert b.signs_in(fresh.base, "u-1")[0] == 200 and b.me(fresh.base)[1]["name"] == "小明"

    def a_wrong_secret_is_refused():
        with restarted("another-secret") as other:
            b = Browser()
            status, _, page = b.signs_in(other.base, "u-1")
            assert 400 <= status <= 504 and b.me(other.base)[0] == 401, (status, page[:300])

    return [the_whole_way_round, roles_follow_the_groups, others_stay_outside, one_who_refuses_is_told, the_provider_goes_and_returns_with_other_keys, a_wrong_secret_is_refused]


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--binary", required=True)
    ask.add_argument("--packages", required=True, help="folder with node_modules/oidc-provider")
    a = ask.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="zhuomo-sign-in-") as folder:
        port = free()
        provider = Provider(a.packages, folder, free(), f"http://127.0.0.1:{port}/sign-in/provider/back")
        rules = ["--oidc-domains", "corp.example", "--oidc-role", "", "--oidc-scopes", "profile,email,groups", "--oidc-rules", "zhuomo-leads=lead,zhuomo-trainers=trainer"]
        z = Zhuomo(a.binary, folder, port, provider.issuer, SECRET, *rules)

        @contextlib.contextmanager
        def restarted(secret):
            z.stop()
            other = Zhuomo(a.binary, folder, port, provider.issuer, secret, *rules)
            yield other
            other.stop()
            z.process = other.process

        try:
            for check in checks(provider, z, restarted):
                try:
                    check()
                    print(f"ok    sign_in_by_openid: {check.__name__}")
                except Exception as e:
                    failed += 1
                    print(f"FAIL  sign_in_by_openid: {check.__name__}: {type(e).__name__}: {str(e)[:600]}")
                    traceback.print_exc()
        finally:
            for p in (z.process, provider.process):
                if p.poll() is None:
                    p.terminate()
                    p.wait(20)
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
