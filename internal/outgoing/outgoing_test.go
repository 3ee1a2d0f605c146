package outgoing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"zhuomo/internal/fault"
)

// outside is the network that the tests let in as if it were the internet; the
// rest of this machine stays forbidden.
var outside = netip.MustParsePrefix("127.0.0.2/32")

// serveAt answers at an address of this machine and gives its host and port.
func serveAt(t *testing.T, ip string, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Skipf("needs the address %s (macOS: sudo ifconfig lo0 alias %s): %v", ip, ip, err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return l.Addr().String()
}

// names answers every look-up of a name with the next of its addresses; the
// last one stays.
func names(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var asked atomic.Int32
	go func() { // ends when the connection is closed
		buffer := make([]byte, 1500)
		for {
			n, from, err := l.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				ip := netip.MustParseAddr(answers[min(int(asked.Add(1)), len(answers))-1])
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.AResource{A: ip.As4()}}}
			}
			if packed, err := m.Pack(); err == nil {
				l.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", l.LocalAddr().String())
	}}
}

func read(c *Client, address string) (File, string, error) {
	f, err := c.Get(context.Background(), address)
	if err != nil {
		return f, "", err
	}
	defer f.Body.Close()
	text, err := io.ReadAll(f.Body)
	return f, string(text), err
}

func TestAFileIsFetched(t *testing.T) {
	t.Parallel()
	at := serveAt(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a/问答.csv":
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			fmt.Fprint(w, "问,答\n几点开门,九点\n")
		case "/named":
			w.Header().Set("Content-Disposition", `attachment; filename="..\..\evil.csv"`)
			fmt.Fprint(w, "x")
		case "/hop":
			http.Redirect(w, r, "/named", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	})
	c := New(Options{Allow: []netip.Prefix{outside}})
	f, text, err := read(c, "http://"+at+"/a/%E9%97%AE%E7%AD%94.csv")
	if err != nil || f.Name != "问答.csv" || f.Type != "text/csv" || !strings.HasPrefix(text, "问,答") || f.Size != int64(len(text)) {
		t.Errorf("%+v %q %v", f, text, err)
	}
	if f, text, err := read(c, " http://"+at+"/hop "); err != nil || f.Name != "evil.csv" || text != "x" {
		t.Errorf("by a redirect: %+v %q %v", f, text, err)
	}
	if _, _, err := read(c, "http://"+at+"/gone"); !errors.Is(err, Refused) {
		t.Errorf("not there: %v", err)
	}
}

func TestPrivateAddressesAreNotAsked(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	secret := serveAt(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { reached.Add(1) })
	_, port, _ := net.SplitHostPort(secret)
	hop := serveAt(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		to := r.URL.Query().Get("to")
		if to == "again" {
			to = r.URL.String()
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	c := New(Options{Allow: []netip.Prefix{outside}})
	for address, want := range map[string]*fault.Definition{
		"http://127.0.0.1:" + port:                          PrivateAddress,
		"http://localhost:" + port:                          PrivateAddress,
		"http://[::1]:" + port:                              PrivateAddress,
		"http://[::ffff:127.0.0.1]:" + port:                 PrivateAddress,
		"http://0.0.0.0:" + port:                            PrivateAddress,
		"http://10.1.2.3/":                                  PrivateAddress,
		"http://172.16.0.1/":                                PrivateAddress,
		"http://192.168.1.1/":                               PrivateAddress,
		"http://169.254.169.254/latest/meta-data/":          PrivateAddress,
		"http://100.100.100.200/":                           PrivateAddress,
		"http://[fd00::1]/":                                 PrivateAddress,
		"http://[fe80::1]/":                                 PrivateAddress,
		"http://[64:ff9b::7f00:1]/":                         PrivateAddress,
		"http://[2002:7f00:1::]/":                           PrivateAddress,
		"http://224.0.0.1/":                                 PrivateAddress,
		"http://" + hop + "/?to=http://127.0.0.1:" + port:   PrivateAddress,
		"http://" + hop + "/?to=http://169.254.169.254/":    PrivateAddress,
		"http://" + hop + "/?to=file:///etc/passwd":         BadAddress,
		"http://" + hop + "/?to=gopher://127.0.0.1:" + port: BadAddress,
		"http://" + hop + "/?to=http://a:b@example.com/":    BadAddress,
		"http://" + hop + "/?to=again":                      TooManyRedirects,
		"file:///etc/passwd":                                BadAddress,
		"ftp://example.com/":                                BadAddress,
		"http://user:secret@example.com/":                   BadAddress,
		"//example.com/":                                    BadAddress,
		"":                                                  BadAddress,
	} {
		_, _, err := read(c, address)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %s", address, err, want.Code)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the server of this machine was reached %d times", n)
	}
}

// A name that means an outside address when it is first asked and an inside one
// a moment later gets no further.
func TestANameThatChangesItsMeaning(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	inside := serveAt(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { reached.Add(1) })
	_, insidePort, _ := net.SplitHostPort(inside)
	out := serveAt(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hop" {
			http.Redirect(w, r, "http://turn.example:"+insidePort+"/", http.StatusFound)
			return
		}
		fmt.Fprint(w, "outside")
	})
	_, outPort, _ := net.SplitHostPort(out)
	c := New(Options{Allow: []netip.Prefix{outside}, Resolver: names(t, "127.0.0.2", "127.0.0.1")})
	if _, text, err := read(c, "http://turn.example:"+outPort+"/"); err != nil || text != "outside" {
		t.Fatalf("the first look-up: %q %v", text, err)
	}
	if _, _, err := read(c, "http://turn.example:"+insidePort+"/"); !errors.Is(err, PrivateAddress) {
		t.Errorf("the second look-up: %v", err)
	}
	c = New(Options{Allow: []netip.Prefix{outside}, Resolver: names(t, "127.0.0.2", "127.0.0.1")})
	if _, _, err := read(c, "http://turn.example:"+outPort+"/hop"); !errors.Is(err, PrivateAddress) {
		t.Errorf("a redirect to the same name: %v", err)
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the server inside was reached %d times", n)
	}
}

func TestAnEndlessOrStandingBodyIsGivenUp(t *testing.T) {
	t.Parallel()
	at := serveAt(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/told":
			w.Header().Set("Content-Length", "5000000")
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/standing":
			fmt.Fprint(w, "a")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	})
	c := New(Options{Allow: []netip.Prefix{outside}, MaxBytes: 1 << 20, Stall: 200 * time.Millisecond})
	for path, want := range map[string]*fault.Definition{"/told": TooLarge, "/endless": TooLarge, "/standing": Stalled} {
		if _, _, err := read(c, "http://"+at+path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %s", path, err, want.Code)
		}
	}
}
