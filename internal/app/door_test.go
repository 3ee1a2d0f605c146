package app

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
)

// certificateFiles makes a certificate for 127.0.0.1 with a serial number.
func certificateFiles(t *testing.T, folder string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "zhuomo"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestTheDoorStaysShut(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	cert, key := certificateFiles(t, folder, 1)
	torn := filepath.Join(folder, "torn.pem")
	if err := os.WriteFile(torn, []byte("-----BEGIN CERTIFICATE-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		door door
		want *fault.Definition
	}{
		"every address":               {door{listen: "0.0.0.0:0"}, NotLoopback},
		"a foreign address":           {door{listen: "192.0.2.1:7788"}, NotLoopback},
		"a port alone":                {door{listen: ":0"}, NotLoopback},
		"every address of IPv6":       {door{listen: "[::]:0"}, NotLoopback},
		"a name":                      {door{listen: "example.com:80"}, BadAddress},
		"TLS without the address":     {door{listen: "0.0.0.0:0", cert: cert, key: key}, NoURL},
		"a proxy without the address": {door{listen: "0.0.0.0:0", proxies: []string{"10.0.0.1"}}, NoURL},
		"everybody a proxy":           {door{proxies: []string{"0.0.0.0/0"}}, BadNetwork},
		"a proxy by name":             {door{proxies: []string{"proxy.local"}}, BadNetwork},
		"a certificate without key":   {door{cert: cert}, BadCertificate},
		"a key without certificate":   {door{key: key}, BadCertificate},
		"a torn certificate":          {door{cert: torn, key: key}, BadCertificate},
		"an address with a path":      {door{url: "https://example.com/zhuomo"}, BadURL},
		"an address without a scheme": {door{url: "example.com"}, BadURL},
		"an address with a password":  {door{url: "https://a:b@example.com"}, BadURL},
		"another scheme":              {door{url: "javascript:alert(1)"}, BadURL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := c.door.open()
			if err == nil {
				l.Close()
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %s", err, c.want.Code)
			}
		})
	}
	l, err := door{listen: "127.0.0.1:0"}.open()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := (door{listen: l.Addr().String()}).open(); !errors.Is(err, NoPort) {
		t.Errorf("a taken port: %v", err)
	}
	other, err := door{}.open()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if port := other.Addr().(*net.TCPAddr).Port; port < firstPort || port >= firstPort+portTries {
		t.Errorf("port %d", port)
	}
}

// outside is a listener that looks as if it led to a network.
type outside struct{ net.Listener }

func (outside) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero, Port: 7788} }

func TestNobodyIsLetInBeforeSomebodyHasAnAccount(t *testing.T) {
	t.Parallel()
	a := openApp(t)
	if err := a.someoneMayComeIn(t.Context(), outside{}); !errors.Is(err, NobodyYet) {
		t.Errorf("an empty house was opened: %v", err)
	}
	l, err := door{listen: "127.0.0.1:0"}.open()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := a.someoneMayComeIn(t.Context(), l); err != nil {
		t.Errorf("this machine: %v", err)
	}
	if _, _, err := a.Stages.People.NewLink(t.Context(), a.Owner.ID); err != nil {
		t.Fatal(err)
	}
	if err := a.someoneMayComeIn(t.Context(), outside{}); err != nil {
		t.Errorf("with a link in somebody's hands: %v", err)
	}
}

// openedDoor opens a door of a house of its own, until the test ends.
func openedDoor(t *testing.T, d door) (a *App, address string) {
	t.Helper()
	l, err := d.open()
	if err != nil {
		t.Fatal(err)
	}
	a, err = Open(t.Context(), Options{DataFolder: t.TempDir(), door: d})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context())) // what the test cleans up may still ask
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, []net.Listener{l}, func() {}) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the end: %v", err)
		}
	})
	return a, l.Addr().String()
}

func TestTheDoorSpeaksTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificateFiles(t, t.TempDir(), 7)
	_, address := openedDoor(t, door{listen: "127.0.0.1:0", cert: cert, key: key})
	pool := x509.NewCertPool()
	text, err := os.ReadFile(cert)
	if err != nil || !pool.AppendCertsFromPEM(text) {
		t.Fatal("the certificate cannot be read")
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("https://" + address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 200 || answer.Proto != "HTTP/2.0" || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%d by %s, %v", answer.StatusCode, answer.Proto, answer.Header)
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 was spoken")
	}
	plain, err := http.Get("http://" + address + "/healthz")
	if err == nil {
		plain.Body.Close()
		if plain.StatusCode == 200 {
			t.Error("plain HTTP was answered at a TLS door")
		}
	}
}

func TestARenewedCertificateIsTakenUp(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	clock := testkit.Clock(time.Now())
	cert, key := certificateFiles(t, folder, 1)
	c := &certificate{cert: cert, key: key, now: clock.Now}
	serial := func() string {
		pair, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseCertificate(pair.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return parsed.SerialNumber.String()
	}
	if serial() != "1" {
		t.Fatal("the first certificate is not there")
	}
	later := time.Now().Add(time.Hour)
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	clock.Add(certificateAge)
	if serial() != "1" {
		t.Error("a half-written file ended the old certificate")
	}
	certificateFiles(t, folder, 2)
	if err := os.Chtimes(cert, later, later); err != nil {
		t.Fatal(err)
	}
	if serial() != "1" {
		t.Error("the files are looked at too often")
	}
	clock.Add(certificateAge)
	if serial() != "2" {
		t.Error("the renewed certificate was not taken up")
	}
}

// A client that sends its header a byte at a time, and one that reads nothing
// of a large answer, are given up; others are served meanwhile.
func TestSlowClientsAreGivenUp(t *testing.T) {
	t.Parallel()
	_, address := openedDoor(t, door{listen: "127.0.0.1:0"})
	var slow []net.Conn
	for range 50 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	answer, err := http.Get("http://" + address + "/healthz")
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("beside fifty slow clients: %v %v", answer, err)
	}
	answer.Body.Close()
	began := time.Now()
	c := slow[0]
	_ = c.SetReadDeadline(began.Add(20 * time.Second))
	text, _ := bufio.NewReader(c).ReadString('\n') // closed, or told so first
	if took := time.Since(began); took > 15*time.Second || strings.Contains(text, "200") {
		t.Errorf("after %v: %q", took, text)
	}
}
