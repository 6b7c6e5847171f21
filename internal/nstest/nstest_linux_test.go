package nstest_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Two hosts joined by a cable, and a third behind the second.
func TestLinkRouteAndCommand(t *testing.T) {
	before := devices(t)
	a, b, c := nstest.New(t), nstest.New(t), nstest.New(t)
	nstest.Link(t, a, b, netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("192.0.2.2/24"))
	device, _ := nstest.Link(t, b, c, netip.MustParsePrefix("198.51.100.1/24"), netip.MustParsePrefix("198.51.100.2/24"))
	a.Route(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr("192.0.2.2"))
	c.Route(netip.MustParsePrefix("192.0.2.0/24"), netip.MustParseAddr("198.51.100.1"))
	b.Do(func() {
		if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o600); err != nil {
			t.Fatal(err)
		}
	})

	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "you are "+r.RemoteAddr) // a failure shows in what the client reads
	})}
	l := c.Listen("tcp", "198.51.100.2:80")
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	transport := &http.Transport{DialContext: a.DialContext}
	response, err := (&http.Client{Transport: transport}).Get("http://198.51.100.2/")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || !strings.HasPrefix(string(body), "you are 192.0.2.1:") {
		t.Errorf("read %q, %v", body, err)
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	transport.CloseIdleConnections()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}

	if out := b.Run("cat", "/proc/net/dev"); !strings.Contains(out, device) {
		t.Errorf("no %s inside:\n%s", device, out)
	}
	if after := devices(t); after != before {
		t.Errorf("devices outside were %s, are %s", before, after)
	}
}

// Do may be nested, and brings the goroutine back.
func TestDo(t *testing.T) {
	a, b := nstest.New(t), nstest.New(t)
	outside := namespace(t)
	var inA, inB, again string
	a.Do(func() {
		inA = namespace(t)
		b.Do(func() { inB = namespace(t) })
		again = namespace(t)
	})
	if inA == outside || inB == inA || inB == outside || again != inA || namespace(t) != outside {
		t.Errorf("outside %s, a %s, b %s, again a %s, outside again %s", outside, inA, inB, again, namespace(t))
	}
}

func namespace(t *testing.T) string {
	t.Helper()
	link, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func devices(t *testing.T) string {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range all {
		names = append(names, i.Name)
	}
	return strings.Join(names, " ")
}
