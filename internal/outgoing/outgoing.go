// Package outgoing makes the calls that leave the house for an address that a
// person has typed. Addresses of the own network are refused unless allowed,
// also when a redirect or a changed name leads there.
//
//	in:   an http or https address        out: File, read while it arrives
//	read: outgoing.go → private.go
package outgoing

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"syscall"
	"time"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// Options says where a Client may go.
type Options struct {
	Allow    []netip.Prefix // networks that are allowed though they are private
	Resolver *net.Resolver  // nil = the system's
	Stall    time.Duration  // how long a body may pause; 0 = a minute
	MaxBytes int64          // of one file; 0 = 8 GiB
	Roots    *x509.CertPool // who vouches for https; nil = the system's
	Straight bool           // redirects are refused
}

const (
	maxRedirects = 5
	headerWait   = 30 * time.Second
	defaultStall = time.Minute
	defaultBytes = 8 << 30
)

// Client fetches files. It uses no proxy of the environment: a proxy would look
// names up where nobody checks them.
type Client struct {
	o    Options
	http http.Client
}

// New makes a Client.
func New(o Options) *Client {
	if o.Stall == 0 {
		o.Stall = defaultStall
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultBytes
	}
	c := &Client{o: o}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: o.Resolver, ControlContext: c.check}
	c.http = http.Client{
		CheckRedirect: c.redirect,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: o.Roots}, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: headerWait, MaxResponseHeaderBytes: 64 << 10,
		},
	}
	return c
}

// check stands between the look-up of a name and the connection: it sees the
// address itself, so it does not matter what the name meant a moment ago.
func (c *Client) check(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("no address to connect to: %w", err)
	}
	addr := to.Addr().Unmap()
	for _, p := range c.o.Allow {
		if p.Contains(addr) {
			return nil
		}
	}
	if private(addr) {
		return PrivateAddress.With("address", addr)
	}
	return nil
}

func (c *Client) redirect(r *http.Request, before []*http.Request) error {
	most := maxRedirects
	if c.o.Straight {
		most = 0
	}
	if len(before) > most {
		return TooManyRedirects.With("count", most)
	}
	_, err := parse(r.URL.String())
	return err
}

// File is what lies at an address. Close its Body.
type File struct {
	Name string // base name by Content-Disposition or the path, never a path; may be ""
	Type string // media type as the sender gave it, or ""
	Size int64  // bytes, -1 when unknown
	Body io.ReadCloser
}

// Get fetches the file at address. Faults: BadAddress, PrivateAddress,
// TooManyRedirects, Unreachable, Refused; while reading: TooLarge, Stalled.
func (c *Client) Get(ctx context.Context, address string) (File, error) {
	u, err := parse(address)
	if err != nil {
		return File{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		cancel(nil)
		return File{}, BadAddress.With("address", address).Because(err)
	}
	r.Header.Set("User-Agent", "Zhuomo")
	r.Header.Set("Accept", "*/*")
	answer, err := c.http.Do(r)
	if err != nil {
		cancel(nil)
		var told *fault.Fault
		if errors.As(err, &told) {
			return File{}, told
		}
		return File{}, Unreachable.With("host", u.Host, "why", reason(err)).Because(err)
	}
	if answer.StatusCode != http.StatusOK {
		cancel(nil)
		return File{}, errors.Join(Refused.With("host", u.Host, "status", answer.StatusCode), answer.Body.Close())
	}
	if answer.ContentLength > c.o.MaxBytes {
		cancel(nil)
		return File{}, errors.Join(c.tooLarge(), answer.Body.Close())
	}
	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	return File{
		Name: nameOf(answer), Type: kind, Size: answer.ContentLength,
		Body: &body{from: answer.Body, client: c, left: c.o.MaxBytes, cancel: cancel, ctx: ctx},
	}, nil
}

// parse takes only addresses of the web, without a password in them.
func parse(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, BadAddress.With("address", address)
	}
	return u, nil
}

// nameOf is the name under which a browser would keep the file.
func nameOf(answer *http.Response) string {
	name := path.Base(answer.Request.URL.Path)
	if _, params, err := mime.ParseMediaType(answer.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		name = path.Base(strings.ReplaceAll(params["filename"], `\`, "/"))
	}
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	return name
}

// reason is the last, most telling part of a chain of network errors.
func reason(err error) string {
	var told *url.Error
	if errors.As(err, &told) {
		return told.Err.Error()
	}
	return err.Error()
}

func (c *Client) tooLarge() error { return TooLarge.With("limit", spec.Size(c.o.MaxBytes)) }

// body counts what comes and gives up a sender who sends nothing.
type body struct {
	from   io.ReadCloser
	client *Client
	left   int64
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func (b *body) Read(p []byte) (int, error) {
	waiting := time.AfterFunc(b.client.o.Stall, func() { b.cancel(Stalled.With("seconds", int(b.client.o.Stall.Seconds()))) })
	n, err := b.from.Read(p)
	waiting.Stop()
	if b.left -= int64(n); b.left < 0 {
		return 0, b.client.tooLarge()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		if told := (*fault.Fault)(nil); errors.As(context.Cause(b.ctx), &told) {
			return n, told
		}
		return n, Unreachable.With("host", "", "why", reason(err)).Because(err)
	}
	return n, err
}

func (b *body) Close() error {
	b.cancel(nil)
	return b.from.Close()
}
