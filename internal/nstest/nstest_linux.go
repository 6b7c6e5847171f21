package nstest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Namespace is one network namespace, with a loopback device that is up. It is gone when the test has ended
// and no socket, device or process holds it.
type Namespace struct {
	t    testing.TB
	file *os.File // /proc/…/ns/net
}

const threadNamespace = "/proc/thread-self/ns/net"

// New makes a namespace for the rest of the test. Only root can: for others the test is skipped.
func New(t testing.TB) *Namespace {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	type result struct {
		file *os.File
		err  error
	}
	made := make(chan result)
	go func() {
		// Never unlocked: the thread, which is now somewhere else, ends with this goroutine.
		runtime.LockOSThread()
		var r result
		if r.err = unix.Unshare(unix.CLONE_NEWNET); r.err == nil {
			r.file, r.err = os.Open(threadNamespace)
		}
		made <- r
	}()
	r := <-made
	if r.err != nil {
		t.Fatalf("make a network namespace: %v", r.err)
	}
	n := &Namespace{t: t, file: r.file}
	t.Cleanup(func() {
		if err := r.file.Close(); err != nil {
			t.Errorf("close a network namespace: %v", err)
		}
	})
	n.netlink(func(h *netlink.Handle) error {
		lo, err := h.LinkByName("lo")
		if err != nil {
			return err
		}
		return h.LinkSetUp(lo)
	})
	return n
}

// Do runs f on the calling goroutine, whose thread is in the namespace meanwhile. It may be nested, and f may
// end the test with t.Fatal.
func (n *Namespace) Do(f func()) {
	n.t.Helper()
	runtime.LockOSThread()
	back, err := os.Open(threadNamespace)
	if err != nil {
		runtime.UnlockOSThread()
		n.t.Fatalf("open the thread's network namespace: %v", err)
	}
	defer func() {
		// If the thread cannot go back it stays locked, and ends with its goroutine.
		if err := unix.Setns(int(back.Fd()), unix.CLONE_NEWNET); err != nil {
			n.t.Errorf("leave the network namespace: %v", err)
		} else {
			runtime.UnlockOSThread()
		}
		_ = back.Close() // opened for reading only
	}()
	if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
		n.t.Fatalf("enter the network namespace: %v", err)
	}
	f()
}

// Cmd is a command that runs inside a namespace, whoever starts it.
type Cmd struct {
	*exec.Cmd
	ns *Namespace
}

// Command prepares a command that will run inside the namespace and is killed when the test ends.
func (n *Namespace) Command(name string, args ...string) *Cmd {
	return &Cmd{Cmd: exec.CommandContext(n.t.Context(), name, args...), ns: n}
}

// Start is exec.Cmd's.
func (c *Cmd) Start() (err error) {
	c.ns.Do(func() { err = c.Cmd.Start() })
	return err
}

// Run is exec.Cmd's.
func (c *Cmd) Run() (err error) {
	c.ns.Do(func() { err = c.Cmd.Run() })
	return err
}

// Output is exec.Cmd's.
func (c *Cmd) Output() (out []byte, err error) {
	c.ns.Do(func() { out, err = c.Cmd.Output() })
	return out, err
}

// CombinedOutput is exec.Cmd's.
func (c *Cmd) CombinedOutput() (out []byte, err error) {
	c.ns.Do(func() { out, err = c.Cmd.CombinedOutput() })
	return out, err
}

// Run runs a command inside the namespace that must succeed, and returns what it printed.
func (n *Namespace) Run(name string, args ...string) string {
	n.t.Helper()
	out, err := n.Command(name, args...).CombinedOutput()
	if err != nil {
		n.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// DialContext dials from inside the namespace. It fits http.Transport, which dials on goroutines of its own.
// The address should hold no name: resolvers run on other threads.
func (n *Namespace) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return n.DialDevice(ctx, "", network, address)
}

// DialDevice is DialContext by a socket that is bound to a device, or to none for "".
func (n *Namespace) DialDevice(ctx context.Context, device, network, address string) (conn net.Conn, err error) {
	d := net.Dialer{Control: bindTo(device)}
	n.Do(func() { conn, err = d.DialContext(ctx, network, address) })
	return conn, err
}

// DialUDP connects a UDP socket that is bound to a device, or to none for "", until the test ends.
func (n *Namespace) DialUDP(device string, local, remote netip.AddrPort) (conn net.Conn) {
	n.t.Helper()
	d := net.Dialer{LocalAddr: net.UDPAddrFromAddrPort(local), Control: bindTo(device)}
	n.Do(func() {
		var err error
		if conn, err = d.DialContext(n.t.Context(), "udp", remote.String()); err != nil {
			n.t.Fatal(err)
		}
	})
	n.t.Cleanup(func() { _ = conn.Close() }) // the test may have closed it
	return conn
}

// bindTo makes a control function of net that binds a socket to a device, or to none for "".
func bindTo(device string) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) (bound error) {
		err := c.Control(func(fd uintptr) {
			bound = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, device)
		})
		return errors.Join(err, bound)
	}
}

// Listen listens inside the namespace until the test ends.
func (n *Namespace) Listen(network, address string) (l net.Listener) {
	n.t.Helper()
	n.Do(func() {
		var err error
		var lc net.ListenConfig
		if l, err = lc.Listen(n.t.Context(), network, address); err != nil {
			n.t.Fatal(err)
		}
	})
	n.t.Cleanup(func() { _ = l.Close() }) // the test may have closed it
	return l
}

// ListenPacket listens inside the namespace until the test ends.
func (n *Namespace) ListenPacket(network, address string) net.PacketConn {
	n.t.Helper()
	return n.ListenPacketDevice("", network, address)
}

// ListenPacketDevice is ListenPacket by a socket that is bound to a device, or to none for "".
func (n *Namespace) ListenPacketDevice(device, network, address string) (c net.PacketConn) {
	n.t.Helper()
	n.Do(func() {
		var err error
		lc := net.ListenConfig{Control: bindTo(device)}
		if c, err = lc.ListenPacket(n.t.Context(), network, address); err != nil {
			n.t.Fatal(err)
		}
	})
	n.t.Cleanup(func() { _ = c.Close() }) // the test may have closed it
	return c
}

// Route adds a route to the namespace; 0.0.0.0/0 and ::/0 are the default routes.
func (n *Namespace) Route(dst netip.Prefix, via netip.Addr) {
	n.t.Helper()
	n.netlink(func(h *netlink.Handle) error {
		return h.RouteAdd(&netlink.Route{Dst: ipNet(dst), Gw: via.AsSlice()})
	})
}

// devices numbers the devices that Link makes.
var devices atomic.Uint32

// Link joins two namespaces by a cable, a pair of veth devices with an address each, and returns the devices'
// names when packets can pass.
func Link(t testing.TB, a, b *Namespace, addrA, addrB netip.Prefix) (deviceA, deviceB string) {
	t.Helper()
	number := devices.Add(1)
	deviceA, deviceB = fmt.Sprintf("veth%da", number), fmt.Sprintf("veth%db", number)
	a.netlink(func(h *netlink.Handle) error {
		return h.LinkAdd(&netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: deviceA}, PeerName: deviceB, PeerNamespace: netlink.NsFd(int(b.file.Fd())),
		})
	})
	a.setUp(deviceA, addrA)
	b.setUp(deviceB, addrB)
	a.awaitCarrier(deviceA)
	b.awaitCarrier(deviceB)
	return deviceA, deviceB
}

func (n *Namespace) setUp(device string, addr netip.Prefix) {
	n.t.Helper()
	n.netlink(func(h *netlink.Handle) error {
		link, err := h.LinkByName(device)
		if err != nil {
			return err
		}
		ip := &netlink.Addr{IPNet: &net.IPNet{IP: addr.Addr().AsSlice(), Mask: net.CIDRMask(addr.Bits(), addr.Addr().BitLen())}}
		if addr.Addr().Is6() {
			ip.Flags = unix.IFA_F_NODAD // usable at once
		}
		if err := h.AddrAdd(link, ip); err != nil {
			return err
		}
		return h.LinkSetUp(link)
	})
}

// awaitCarrier waits until the kernel has seen that both ends of the cable are up; it drops packets before.
func (n *Namespace) awaitCarrier(device string) {
	n.t.Helper()
	n.netlink(func(h *netlink.Handle) error {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for range 10_000 {
			link, err := h.LinkByName(device)
			if err != nil || link.Attrs().OperState == netlink.OperUp {
				return err
			}
			<-tick.C
		}
		return fmt.Errorf("%s has no carrier", device)
	})
}

// netlink runs f, which must succeed, with a socket in the namespace.
func (n *Namespace) netlink(f func(*netlink.Handle) error) {
	n.t.Helper()
	n.Do(func() {
		n.t.Helper()
		h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
		if err == nil {
			defer h.Close()
			err = f(h)
		}
		if err != nil {
			n.t.Fatalf("set up a network namespace: %v", err)
		}
	})
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
