package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// farEnd is who is at the other end of a request, as far as the network tells.
type farEnd struct {
	addr   netip.Addr // of the client; behind a stated proxy what the proxy says
	here   bool       // on this machine, with no proxy between
	astray bool       // a proxy was stated and this came past it
	secure bool       // the client speaks TLS, with us or with the stated proxy
}

// farEndOf finds the other end. X-Forwarded-For and X-Forwarded-Proto are
// believed from a stated proxy only; of the addresses in the chain the last one
// that is no stated proxy counts: what stands before it the client may have made up.
func (s *Server) farEndOf(r *http.Request) farEnd {
	end := farEnd{secure: r.TLS != nil}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil { // a call inside this process has no address
		end.here = true
		return end
	}
	end.addr = peer.Addr().Unmap()
	end.here = end.addr.IsLoopback()
	if len(s.o.Proxies) == 0 {
		return end
	}
	stated := func(a netip.Addr) bool {
		return slices.ContainsFunc(s.o.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	if !stated(end.addr) {
		end.astray = !end.here
		return end
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	end.here = end.here && chain[0] == ""
	for _, hop := range slices.Backward(chain) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break // empty, or what comes before it cannot be told
		}
		end.addr = addr.Unmap()
		if !stated(end.addr) {
			break
		}
	}
	protocol := r.Header.Values("X-Forwarded-Proto")
	end.secure = end.secure || len(protocol) > 0 && strings.EqualFold(protocol[len(protocol)-1], "https")
	return end
}

// FromHere tells whether the request comes from this machine itself.
func FromHere(ctx context.Context) bool {
	c := callOf(ctx)
	return c == nil || c.end.here
}

// BaseURL is the address under which the asker reaches the program: the stated
// one, or the one the request came to.
func BaseURL(ctx context.Context) string {
	c := callOf(ctx)
	switch {
	case c == nil:
		return "http://127.0.0.1:7788"
	case c.base != "":
		return c.base
	case c.end.secure:
		return "https://" + c.request.Host
	}
	return "http://" + c.request.Host
}

// hostOf is the name in a Host header, in lower case and without the port.
func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}
