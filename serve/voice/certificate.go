package voice

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"zhuomo/internal/outgoing"
)

// Trust says where certificates of a platform lie and who vouches for them.
type Trust struct {
	Host  string         // of their address, letter for letter, with the port unless it is 443
	Under string         // their path begins with this
	Name  string         // the name that a certificate is for
	Roots *x509.CertPool // nil = the system's
	Fetch interface {    // must follow no redirect
		Get(ctx context.Context, address string) (outgoing.File, error)
	}
}

// Baidu is who signs DuerOS's requests.
func Baidu() Trust {
	return Trust{
		Host: "duer.bdstatic.com", Under: "/saiya/flow/", Name: "dueros-api.baidu.com",
		Fetch: outgoing.New(outgoing.Options{MaxBytes: maxChain, Stall: fetchWait, Straight: true}),
	}
}

const (
	maxChain  = 64 << 10        // bytes of a certificate with its chain
	keptKeys  = 16              // addresses that are remembered, good or bad
	keptFor   = 24 * time.Hour  // after which a certificate is looked at anew
	badFor    = time.Minute     // in which an address that gave none is not asked again
	fetchWait = 2 * time.Second // the device waits too
)

// certificates keeps the keys of certificates that were found good.
type certificates struct {
	trust    Trust
	fetching chan struct{} // holds one token while nobody fetches: one at a time

	mu   sync.Mutex
	kept map[string]keptKey // by address
}

type keptKey struct {
	key   *rsa.PublicKey
	err   error
	until time.Time
}

func newCertificates(t Trust) *certificates {
	c := &certificates{trust: t, fetching: make(chan struct{}, 1), kept: map[string]keptKey{}}
	c.fetching <- struct{}{}
	return c
}

// key gives the key of the certificate at an address. The address comes from a
// stranger: nothing is fetched unless it is where the platform keeps them.
func (c *certificates) key(ctx context.Context, address string, now time.Time) (*rsa.PublicKey, error) {
	if !c.trust.holds(address) {
		return nil, refused("证书地址不是平台的", "the address of its certificate is not the platform's")
	}
	if k, ok := c.known(address, now); ok {
		return k.key, k.err
	}
	select {
	case <-c.fetching:
		defer func() { c.fetching <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if k, ok := c.known(address, now); ok { // somebody else has fetched it meanwhile
		return k.key, k.err
	}
	k := keptKey{until: now.Add(badFor)}
	chain, err := c.fetch(ctx, address)
	if err == nil {
		k, err = c.trust.verify(chain, now)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		k = keptKey{err: refused("拿不到可信的证书", "no certificate to be trusted was found"), until: now.Add(badFor)}
	}
	c.keep(address, k, now)
	return k.key, k.err
}

func (c *certificates) known(address string, now time.Time) (keptKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[address]
	return k, ok && now.Before(k.until)
}

// keep remembers a key. When there is no room, what has run out goes first, then
// what was bad: a stranger's addresses cannot drive a good one out.
func (c *certificates) keep(address string, k keptKey, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, goes := range []func(keptKey) bool{
		func(old keptKey) bool { return !now.Before(old.until) },
		func(old keptKey) bool { return old.err != nil },
		func(old keptKey) bool { return k.err == nil },
	} {
		for at, old := range c.kept {
			if len(c.kept) >= keptKeys && goes(old) {
				delete(c.kept, at)
			}
		}
	}
	if len(c.kept) < keptKeys {
		c.kept[address] = k
	}
}

// holds tells whether the platform's certificates lie at an address.
func (t Trust) holds(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return false
	}
	host := strings.TrimSuffix(u.Host, ":443")
	return host == t.Host && u.RawPath == "" && path.Clean(u.Path) == u.Path && strings.HasPrefix(u.Path, t.Under) && len(u.Path) > len(t.Under)
}

func (c *certificates) fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, fetchWait)
	defer stop()
	file, err := c.trust.Fetch.Get(ctx, address)
	if err != nil {
		return nil, err
	}
	defer file.Body.Close()
	chain, err := io.ReadAll(io.LimitReader(file.Body, maxChain+1))
	if err == nil && len(chain) > maxChain {
		err = fmt.Errorf("a certificate of more than %d bytes", maxChain)
	}
	return chain, err
}

// verify looks at a certificate and its chain: who vouches, for which name, now.
func (t Trust) verify(chain []byte, now time.Time) (keptKey, error) {
	var leaf *x509.Certificate
	between := x509.NewCertPool()
	for rest := chain; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		found, err := x509.ParseCertificate(block.Bytes)
		switch {
		case err != nil:
			return keptKey{}, err
		case leaf == nil:
			leaf = found
		default:
			between.AddCert(found)
		}
	}
	if leaf == nil {
		return keptKey{}, fmt.Errorf("no certificate")
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		DNSName: t.Name, Roots: t.Roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return keptKey{}, err
	}
	key, ok := leaf.PublicKey.(*rsa.PublicKey)
	if !ok || key.Size() < 128 {
		return keptKey{}, fmt.Errorf("not an RSA key of 1024 bits or more")
	}
	until := now.Add(keptFor)
	if leaf.NotAfter.Before(until) {
		until = leaf.NotAfter
	}
	return keptKey{key: key, until: until}, nil
}
