package voice

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhuomo/internal/outgoing"
	"zhuomo/serve"
	"zhuomo/serve/voicetest"
)

// authority is a certificate authority of the test's own.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key := rsaKey(t)
	shape := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test root"}, NotBefore: voicetest.At.AddDate(-1, 0, 0), NotAfter: voicetest.At.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

// issue makes a certificate for a key, in PEM.
func (a authority) issue(t testing.TB, key *rsa.PrivateKey, name string, until time.Time) string {
	t.Helper()
	shape := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: voicetest.At.AddDate(0, -1, 0), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, shape, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// shelf is where the platform keeps its certificates: a real server with TLS.
type shelf struct {
	trust   Trust
	files   map[string]string
	fetched atomic.Int32
}

func newShelf(t testing.TB, a authority) *shelf {
	t.Helper()
	s := &shelf{files: map[string]string{}}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fetched.Add(1)
		switch text, ok := s.files[r.URL.Path]; {
		case strings.HasSuffix(r.URL.Path, "/moved"):
			http.Redirect(w, r, "/saiya/flow/good", http.StatusFound)
		case ok:
			_, _ = w.Write([]byte(text))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	s.trust = Trust{
		Host: strings.TrimPrefix(server.URL, "https://"), Under: "/saiya/flow/", Name: "dueros-api.baidu.com", Roots: a.pool(),
		Fetch: outgoing.New(outgoing.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots, Straight: true, MaxBytes: maxChain}),
	}
	return s
}

func (s *shelf) at(name string) string { return "https://" + s.trust.Host + "/saiya/flow/" + name }

func duerSign(key *rsa.PrivateKey, address string) func(testing.TB, *serve.VoiceRequest) {
	return func(t testing.TB, r *serve.VoiceRequest) {
		sum := sha1.Sum(r.Body)
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA1, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("signature", base64.StdEncoding.EncodeToString(signature))
		r.Header.Set("signaturecerturl", address)
	}
}

func TestDuerOSKeepsTheContract(t *testing.T) {
	root, key := newAuthority(t), rsaKey(t)
	s := newShelf(t, root)
	s.files["/saiya/flow/good"] = root.issue(t, key, "dueros-api.baidu.com", voicetest.At.AddDate(0, 1, 0))
	stranger := rsaKey(t)
	sign := duerSign(key, s.at("good"))
	c := voicetest.Case{
		Voice: DuerOS(s.trust), Channel: serve.NewVoice{SkillID: "skill-8c2f"}.Channel(""), Other: serve.NewVoice{SkillID: "skill-8c2e"}.Channel(""), Dated: true,
		Open: payload(t, "dueros/open"), Say: payload(t, "dueros/say"), Close: payload(t, "dueros/close"), Note: payload(t, "dueros/note"),
		NoID: without(t, payload(t, "dueros/say"), `"requestId":"r-2",`), Text: "放一首安静的歌", Person: "u-7", Sign: sign,
		Forged: map[string]func(*serve.VoiceRequest){
			"another body":       func(r *serve.VoiceRequest) { r.Body = []byte(strings.Replace(string(r.Body), "安静", "吵闹", 1)) },
			"a stranger's key":   func(r *serve.VoiceRequest) { duerSign(stranger, s.at("good"))(t, r) },
			"no Base64":          func(r *serve.VoiceRequest) { r.Header.Set("signature", "???") },
			"no certificate":     func(r *serve.VoiceRequest) { r.Header.Del("signaturecerturl") },
			"a missing file":     func(r *serve.VoiceRequest) { r.Header.Set("signaturecerturl", s.at("missing")) },
			"a redirect to good": func(r *serve.VoiceRequest) { r.Header.Set("signaturecerturl", s.at("moved")) },
		},
		Read: readSkill,
	}
	voicetest.Run(t, c)
	before := s.fetched.Load()
	for range 5 {
		if _, err := c.Voice.Hear(t.Context(), c.Request(t, c.Say), c.Channel); err != nil {
			t.Fatal(err)
		}
	}
	if now := s.fetched.Load(); now != before {
		t.Errorf("a known certificate was fetched %d times more", now-before)
	}
	r := c.Request(t, c.Say)
	r.At = r.At.Add(-time.Hour)
	r.Header.Set("signaturecerturl", s.at("never-seen"))
	if _, err := c.Voice.Hear(t.Context(), r, c.Channel); !errors.Is(err, serve.StaleVoice) || s.fetched.Load() != before {
		t.Errorf("an old request had its certificate fetched: %v", err)
	}
}

func TestOnlyThePlatformsAddressesHoldCertificates(t *testing.T) {
	trust := Baidu()
	for _, good := range []string{"https://duer.bdstatic.com/saiya/flow/dueros-api.baidu.com.cer.txt", "https://duer.bdstatic.com:443/saiya/flow/a"} {
		if !trust.holds(good) {
			t.Errorf("%s is refused", good)
		}
	}
	for _, bad := range []string{
		"", "http://duer.bdstatic.com/saiya/flow/a", "https://DUER.bdstatic.com/saiya/flow/a", "https://duer.bdstatic.com.evil.example/saiya/flow/a",
		"https://duer.bdstatic.com:8443/saiya/flow/a", "https://duer.bdstatic.com:0443/saiya/flow/a", "https://duer.bdstatic.com@evil.example/saiya/flow/a",
		"https://evil.example/https://duer.bdstatic.com/saiya/flow/a", "https://duer.bdstatic.com/saiya/flowx/a", "https://duer.bdstatic.com/saiya/flow/",
		"https://duer.bdstatic.com/saiya/flow/../../a", "https://duer.bdstatic.com/saiya/flow/%2e%2e/a", "https://duer.bdstatic.com/saiya/flow//a",
		"https://duer.bdstatic.com/saiya/flow/a?b=c", "https://duer.bdstatic.com/saiya/flow/a#b", "https://u:p@duer.bdstatic.com/saiya/flow/a",
		"https://duer.bdstatic.com\\@evil.example/saiya/flow/a", "//duer.bdstatic.com/saiya/flow/a", "https:duer.bdstatic.com/saiya/flow/a", "https://[::1]/saiya/flow/a",
	} {
		if trust.holds(bad) {
			t.Errorf("%q is let in", bad)
		}
	}
}

func TestACertificateMustBeWhatItClaims(t *testing.T) {
	root, other, key := newAuthority(t), newAuthority(t), rsaKey(t)
	s := newShelf(t, root)
	good := root.issue(t, key, "dueros-api.baidu.com", voicetest.At.Add(time.Hour))
	for name, text := range map[string]string{
		"good": good, "chain": good + string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.cert.Raw})),
		"of-another-authority": other.issue(t, key, "dueros-api.baidu.com", voicetest.At.Add(time.Hour)),
		"of-another-name":      root.issue(t, key, "evil.example.com", voicetest.At.Add(time.Hour)),
		"run-out":              root.issue(t, key, "dueros-api.baidu.com", voicetest.At.Add(-time.Hour)),
		"no-certificate":       publicPEM(t, key), "empty": "", "huge": strings.Repeat("x", maxChain+10),
	} {
		s.files["/saiya/flow/"+name] = text
		c := newCertificates(s.trust)
		_, err := c.key(t.Context(), s.at(name), voicetest.At)
		if want := name == "good" || name == "chain"; want != (err == nil) || !want && !errors.Is(err, serve.VoiceRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := newCertificates(s.trust)
	if _, err := c.key(t.Context(), s.at("good"), voicetest.At); err != nil {
		t.Fatal(err)
	}
	if _, err := c.key(t.Context(), s.at("good"), voicetest.At.Add(2*time.Hour)); !errors.Is(err, serve.VoiceRefused) {
		t.Errorf("after it has run out: %v", err)
	}
}

func TestStrangersCannotFillOrDriveOutWhatIsKnown(t *testing.T) {
	root, key := newAuthority(t), rsaKey(t)
	s := newShelf(t, root)
	s.files["/saiya/flow/good"] = root.issue(t, key, "dueros-api.baidu.com", voicetest.At.AddDate(0, 1, 0))
	c := newCertificates(s.trust)
	if _, err := c.key(t.Context(), s.at("good"), voicetest.At); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 3 * keptKeys {
		all.Go(func() {
			if _, err := c.key(t.Context(), s.at(strings.Repeat("x", i+1)), voicetest.At); err == nil {
				t.Error("a missing file gave a key")
			}
		})
	}
	all.Wait()
	if n := len(c.kept); n > keptKeys {
		t.Errorf("%d addresses are remembered", n)
	}
	before := s.fetched.Load()
	if _, err := c.key(t.Context(), s.at("good"), voicetest.At); err != nil || s.fetched.Load() != before {
		t.Errorf("the good one was driven out: %v", err)
	}
	for range 3 {
		_, _ = c.key(t.Context(), s.at("again-and-again"), voicetest.At) // refused each time, asked once
	}
	if n := s.fetched.Load() - before; n != 1 {
		t.Errorf("a bad address was asked %d times", n)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := c.key(gone, s.at("later"), voicetest.At); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who has gone: %v", err)
	}
}
