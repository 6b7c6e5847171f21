package hostnet

import (
	"errors"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// A tunnel gets no address that the host's network uses: a provider could name that of the consumer's router.
func TestTaken(t *testing.T) {
	ns := nstest.New(t)
	nstest.Link(t, ns, nstest.New(t), prefix("192.168.1.10/24"), prefix("192.168.1.1/24"))
	ns.Route(prefix("0.0.0.0/0"), address("192.168.1.1"))
	ns.Route(prefix("172.20.0.0/16"), address("192.168.1.1"))
	ns.Route(prefix("0.0.0.0/1"), address("192.168.1.1")) // as a VPN would
	ns.Do(func() {
		refusing := &netlink.Route{Dst: ipNet(prefix("10.0.0.0/8")), Type: unix.RTN_UNREACHABLE}
		if err := netlink.RouteAdd(refusing); err != nil {
			t.Fatal(err)
		}
	})
	h := openIn(t, ns, journalIn(t))
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	for network, want := range map[string]error{
		"192.168.1.10/32": ErrTaken, // the host's own
		"192.168.1.1/32":  ErrTaken, // its router
		"192.168.0.0/16":  ErrTaken,
		"172.20.3.4/32":   ErrTaken, // behind the router
		"127.0.0.2/32":    ErrTaken,
		"192.168.2.1/24":  nil,
		"10.183.0.0/16":   nil,
	} {
		if err := h.Unused(prefix(network)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", network, err, want)
		}
	}
	before := snapshot(t, ns)
	if _, err := h.TUN("myst-a", 1400, prefix("192.168.1.1/32")); !errors.Is(err, ErrTaken) {
		t.Errorf("the router's address: %v", err)
	}
	unchanged(t, ns, before)
	// Two providers that chose the same network serve one consumer.
	for _, name := range []string{"myst-a", "myst-b"} {
		if _, err := h.TUN(name, 1400, prefix("10.183.0.2/32")); err != nil {
			t.Error(err)
		}
	}
	if _, err := h.TUN("myst-c", 1400, prefix("10.184.0.1/16")); err != nil {
		t.Error(err)
	}
	if _, err := h.TUN("myst-d", 1400, prefix("10.184.0.2/32")); !errors.Is(err, ErrTaken) {
		t.Errorf("an address of the network that this host provides: %v", err)
	}
}
