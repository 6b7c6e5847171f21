package hub

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/internal/certtest"
)

func TestRateLimit(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	h := start(t, func(cfg *Config) {
		cfg.Limits = Limits{ReadsPerSecond: 1, WritesPerSecond: 0.5}
		cfg.Clock = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
	})
	for range 10 {
		h.do(http.MethodGet, PathInfo, "", nil, http.StatusOK)
	}
	h.do(http.MethodGet, PathInfo, "", nil, http.StatusTooManyRequests)
	for range 5 { // writes have an allowance of their own
		h.do(http.MethodPost, PathRecords, TypeRecord, nil, http.StatusBadRequest)
	}
	h.do(http.MethodPost, PathRecords, TypeRecord, nil, http.StatusTooManyRequests)
	h.do(http.MethodPost, PathRelay, TypeJSON, nil, http.StatusTooManyRequests) // a write too
	// Another address has an allowance of its own, for five too.
	for i, want := range []int{5: http.StatusTooManyRequests} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, PathRelay, nil)
		r.RemoteAddr = "192.0.2.1:1"
		r.Header.Set("Content-Type", TypeJSON)
		answer := httptest.NewRecorder()
		h.server.Handler().ServeHTTP(answer, r)
		if answer.Code != cmp.Or(want, http.StatusBadRequest) {
			t.Errorf("intent %d of another address: %d", i, answer.Code)
		}
	}
	mu.Lock()
	now = now.Add(time.Second)
	mu.Unlock()
	h.do(http.MethodGet, PathInfo, "", nil, http.StatusOK)
	h.do(http.MethodGet, PathInfo, "", nil, http.StatusTooManyRequests)
}

func TestLimiterTellsClientsApart(t *testing.T) {
	now := time.Now()
	l := newLimiter(0.1, 3, func() time.Time { return now })
	for remote, want := range map[string]bool{"192.0.2.1:1": true, "192.0.2.2:1": true, "[2001:db8::1]:1": true} {
		if l.allow(remote) != want {
			t.Errorf("%s: first request refused", remote)
		}
	}
	for _, remote := range []string{"192.0.2.1:2", "[::ffff:192.0.2.2]:9", "[2001:db8::ffff]:1"} {
		if l.allow(remote) {
			t.Errorf("%s: not taken for the same client", remote)
		}
	}
	// The table is full: newcomers share one allowance, and memory stays bounded.
	if !l.allow("192.0.2.3:1") || l.allow("192.0.2.4:1") || l.allow("no address") || l.clients.Len() != 3 {
		t.Error("a full table does not share one allowance")
	}
	now = now.Add(time.Minute) // everybody's allowance is full again
	if !l.allow("192.0.2.5:1") || l.clients.Len() != 1 {
		t.Errorf("%d clients remembered", l.clients.Len())
	}
}

func FuzzClientOf(f *testing.F) {
	for _, s := range []string{"192.0.2.1:1", "[2001:db8::1%eth0]:1", "", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, remote string) {
		if prefix, ok := clientOf(remote); ok && prefix != prefix.Masked() {
			t.Fatalf("%q: %v names a host", remote, prefix)
		}
	})
}

func TestRunServesTLSAndStops(t *testing.T) {
	cert := certtest.New(t, netip.MustParseAddr("127.0.0.1"))
	certFile, keyFile := cert.Files(t)
	roots := cert.Roots()
	config, err := LoadTLS(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadTLS(keyFile, certFile); err == nil {
		t.Error("a key was taken for a certificate")
	}
	for name, c := range map[string]*tls.Config{"http": nil, "https": config} {
		h := start(t, func(cfg *Config) { cfg.TLS = c })
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.server.Run(ctx, listener) }()
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
		resp, err := (&http.Client{Transport: transport}).Get(name + "://" + listener.Addr().String() + PathInfo)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d, %v", name, resp.StatusCode, err)
		}
		_ = resp.Body.Close()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s: %v", name, err)
		}
		transport.CloseIdleConnections()
		if conn, err := net.Dial("tcp", listener.Addr().String()); err == nil {
			_ = conn.Close()
			t.Errorf("%s: still listening", name)
		}
	}
}

func TestRunReportsBrokenListener(t *testing.T) {
	h := start(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.server.Run(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("served on a closed listener: %v", err)
	}
}
