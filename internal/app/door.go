package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/net/netutil"

	"zhuomo/internal/api"
	"zhuomo/internal/spec"
)

// door is where the server listens, and who may come in by it.
type door struct {
	listen    string   // "" = the first free port from 7788 on
	cert, key string   // PEM files; "" = no TLS
	proxies   []string // addresses or networks of what stands before the server
	url       string   // the address that people use
	limits    api.Limits
	outside   []string // private addresses or networks from which files may be fetched
}

// The bounds of a door.
const (
	mostConnections = 8192
	// slowReader is how long an answer may wait for a client that reads nothing.
	slowReader = 2 * time.Minute
	// A certificate that was renewed is taken up this late.
	certificateAge = time.Minute
)

func (d *door) flags(f *pflag.FlagSet, lang string) {
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	f.StringVar(&d.listen, "listen", "", say("监听地址，默认 127.0.0.1:7788 或其后的空闲端口；别的机器要用，还须给 --tls-cert 或 --behind-proxy", "address, by default 127.0.0.1:7788 or the next free port; for other machines also give --tls-cert or --behind-proxy"))
	f.StringVar(&d.cert, "tls-cert", "", say("TLS 证书文件（PEM，含中间证书）；更新后一分钟内自动换上", "TLS certificate file (PEM, with the intermediate ones); a renewed one is taken up within a minute"))
	f.StringVar(&d.key, "tls-key", "", say("TLS 私钥文件（PEM）", "TLS key file (PEM)"))
	f.StringSliceVar(&d.proxies, "behind-proxy", nil, say("前面的反向代理的地址或网段，只信它说的来客地址和 https；它之外的请求一律拒绝", "addresses or networks of the reverse proxy in front; only its word on the client's address and https is taken, and what comes past it is refused"))
	f.StringVar(&d.url, "url", "", say("大家访问用的网址，例如 https://zhuomo.example.com；登录链接用它，别的主机名一律拒绝", "the address that people use, for example https://zhuomo.example.com; sign-in links carry it, other host names are refused"))
	f.StringSliceVar(&d.outside, "outgoing-to", nil, say("允许按网址取文件的内网地址或网段；不写就只取公网的", "private addresses or networks from which files may be fetched by their address; none by default"))
	f.Float64Var(&d.limits.Strangers, "rate-strangers", 20, say("没登录的一个地址每秒最多几个请求，0 = 不限", "requests a second of one address that has not signed in, 0 = no limit"))
	f.Float64Var(&d.limits.Accounts, "rate-accounts", 200, say("一个账号每秒最多几个请求，0 = 不限", "requests a second of one account, 0 = no limit"))
	f.Float64Var(&d.limits.Guesses, "rate-guesses", 30, say("一个地址每分钟最多几次错的令牌或登录链接，0 = 不限", "wrong tokens or sign-in links a minute of one address, 0 = no limit"))
}

// open checks what was said about the door and listens.
// Faults: BadAddress, BadNetwork, BadURL, BadCertificate, NotLoopback, NoURL, NoPort.
func (d door) open() (net.Listener, error) {
	if _, err := networks(d.proxies); err != nil {
		return nil, err
	}
	public, err := d.public()
	if err != nil {
		return nil, err
	}
	secure, err := d.tls()
	if err != nil {
		return nil, err
	}
	l, err := d.socket(public != "", secure != nil)
	if err != nil {
		return nil, err
	}
	l = patientListener{netutil.LimitListener(l, mostConnections)}
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	return l, nil
}

func (d door) socket(public, secure bool) (net.Listener, error) {
	if d.listen == "" {
		for port := firstPort; port < firstPort+portTries; port++ {
			if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
				return l, nil
			}
		}
		return nil, NoPort.With("address", fmt.Sprintf("127.0.0.1:%d–%d", firstPort, firstPort+portTries-1))
	}
	address := d.listen
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host, address = address, net.JoinHostPort(address, strconv.Itoa(firstPort))
	}
	if !loopbackName(host) {
		if net.ParseIP(host) == nil && host != "" {
			return nil, BadAddress.With("address", d.listen)
		}
		if !secure && len(d.proxies) == 0 {
			return nil, NotLoopback.With("address", address)
		}
		if !public {
			return nil, NoURL.With("address", address)
		}
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, NoPort.With("address", address).Because(err)
	}
	return l, nil
}

// address is where people find the server.
func (d door) address(l net.Listener) string {
	switch public, err := d.public(); {
	case err == nil && public != "":
		return public
	case d.cert != "":
		return "https://" + l.Addr().String()
	}
	return "http://" + l.Addr().String()
}

// outward tells whether the door leads beyond plain loopback.
func (d door) outward(l net.Listener) bool {
	t, ok := l.Addr().(*net.TCPAddr)
	return d.cert != "" || len(d.proxies) > 0 || ok && !t.IP.IsLoopback()
}

// loopbackName tells names and addresses of this machine alone.
func loopbackName(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// networks reads addresses and networks. Fault: BadNetwork.
func networks(texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		if addr, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil || p.Bits() == 0 { // everybody is nobody's proxy
			return nil, BadNetwork.With("network", text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// public is the stated address without a slash at its end, or "". Fault: BadURL.
func (d door) public() (string, error) {
	if d.url == "" {
		return "", nil
	}
	u, err := url.Parse(d.url)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return "", BadURL.With("url", d.url)
	}
	return u.Scheme + "://" + u.Host, nil
}

// behindDoor is what every server of the program has, by its door.
func (a *App) behindDoor() (api.Options, error) {
	d := a.options.door
	proxies, err := networks(d.proxies)
	if err != nil {
		return api.Options{}, err
	}
	public, err := d.public()
	return api.Options{
		DB: a.DB, Log: a.options.Log, Now: a.options.Now, Version: Version,
		Hosts: d.hosts(), URL: public, Proxies: proxies, Limits: d.limits,
	}, err
}

// hosts are the names under which the program may be asked.
func (d door) hosts() []string {
	names := []string{"127.0.0.1", "::1", "localhost"}
	if u, err := url.Parse(d.url); err == nil && u.Hostname() != "" {
		names = append(names, strings.ToLower(u.Hostname()))
	}
	if host, _, err := net.SplitHostPort(d.listen); err == nil && host != "" && !slices.Contains(names, host) {
		names = append(names, host)
	}
	return names
}

// tls reads the certificate now, so that a wrong one is told at the start, and
// again when its file has changed. nil: none was given. Fault: BadCertificate.
func (d door) tls() (*tls.Config, error) {
	if d.cert == "" && d.key == "" {
		return nil, nil
	}
	c := &certificate{cert: d.cert, key: d.key, now: time.Now}
	if _, err := c.get(nil); err != nil {
		return nil, BadCertificate.With("cert", d.cert, "key", d.key, "why", err.Error()).Because(err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// certificate is a pair of files that may be renewed while the server runs.
type certificate struct {
	cert, key string
	now       func() time.Time
	mu        sync.Mutex
	pair      *tls.Certificate
	looked    time.Time
	changed   time.Time
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.pair != nil && now.Sub(c.looked) < certificateAge {
		return c.pair, nil
	}
	info, err := os.Stat(c.cert)
	if err == nil && (c.pair == nil || !info.ModTime().Equal(c.changed)) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.cert, c.key); err == nil {
			c.pair, c.changed = &pair, info.ModTime()
		}
	}
	c.looked = now
	if c.pair != nil {
		return c.pair, nil // half-written files: the old certificate goes on
	}
	return nil, err
}

// someoneMayComeIn refuses to open the house to a network before anybody has an
// account: the first sign-in link would be a stranger's to find. Fault: NobodyYet.
func (a *App) someoneMayComeIn(ctx context.Context, l net.Listener) error {
	if t, ok := l.Addr().(*net.TCPAddr); ok && t.IP.IsLoopback() {
		return nil
	}
	ok, err := a.Stages.People.SomeoneSignsIn(ctx)
	if err == nil && !ok {
		err = NobodyYet.With()
	}
	return err
}

// patientListener gives up clients that take nothing of their answer.
type patientListener struct{ net.Listener }

func (l patientListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return patientConn{c}, nil
}

type patientConn struct{ net.Conn }

func (c patientConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(slowReader)); err != nil && !errors.Is(err, net.ErrClosed) {
		return 0, err
	}
	return c.Conn.Write(b)
}
