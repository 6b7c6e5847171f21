package wireguard

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/proxy"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// TestWebThroughProxy is what a consumer does: a web client, the SOCKS5 port, the tunnel, and a web
// server on loopback that the exit policy names, which sees the provider's address. Without that
// name the provider refuses, and its log says what.
func TestWebThroughProxy(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		_, _ = io.WriteString(w, host)
	}))
	defer web.Close()
	server := netip.MustParseAddrPort(web.Listener.Addr().String())
	source := netip.MustParseAddr("127.0.0.1")
	if l, err := net.Listen("tcp4", "127.0.0.2:0"); err == nil { // not every system has it
		_ = l.Close()
		source = netip.MustParseAddr("127.0.0.2")
	}
	lines := make(chan string, 100)
	logger := slog.New(slog.NewTextHandler(lineWriter(lines), nil))
	get := func(policy tunnel.ExitPolicy) (string, error) {
		s := startServer(t, ServerConfig{Exit: policy, Logger: logger, Resolver: staticNames{"web.example.": server.Addr()}})
		consumer, _ := connectServer(t, s)
		socks, err := proxy.ListenSOCKS5(t.Context(), proxy.Config{}, consumer)
		if err != nil {
			t.Fatal(err)
		}
		defer socks.Close() //nolint:errcheck // always nil
		transport := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "socks5h", Host: socks.Addr().String()})}
		defer transport.CloseIdleConnections()
		resp, err := (&http.Client{Transport: transport, Timeout: patience}).Get(fmt.Sprintf("http://web.example:%d/", server.Port()))
		if err != nil {
			return "", err
		}
		defer resp.Body.Close() //nolint:errcheck // read to its end
		body, err := io.ReadAll(resp.Body)
		return string(body), err
	}
	got, err := get(tunnel.ExitPolicy{Allow: []netip.AddrPort{server}, Source: source})
	if err != nil || got != source.String() {
		t.Errorf("the server saw %q, %v, want %v", got, err, source)
	}
	if got, err := get(tunnel.ExitPolicy{Source: source}); err == nil {
		t.Errorf("reached loopback without an exception: %q", got)
	}
	for {
		select {
		case line := <-lines:
			if strings.Contains(line, `refused="1 × name with address in 127.0.0.0/8"`) {
				return
			}
		default:
			t.Fatal("the log does not tell of the refusal")
		}
	}
}

// lineWriter sends each line of a log to a channel, which must have room.
type lineWriter chan<- string

func (w lineWriter) Write(line []byte) (int, error) {
	w <- string(line)
	return len(line), nil
}
