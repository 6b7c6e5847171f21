package hostnet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

// patience bounds what should come at once. It is long because machines that run tests are busy.
const patience = 20 * time.Second

// stuck bounds everything in a test that would else wait for ever if it went wrong.
const stuck = 45 * time.Second

// unlimited is more than anything here transfers.
const unlimited = 1 << 40

// world is a consumer's host, a provider's, and one on the Internet which is also in a network behind the provider. The
// tunnel is a TUN device at each end, whose packets this process carries.
//
//	consumer 10.9.0.2 ─ tunnel ─ 10.9.0.1 provider 203.0.113.1 ─ 203.0.113.2 web
//	                                               192.168.7.1 ─ 192.168.7.2
type world struct {
	t                             testing.TB
	consumer, provider, web       *nstest.Namespace
	consumerDevice, device        string // the ends of the tunnel
	host, consumerHost            *Host
	consumerAddr, gateway, server netip.Addr
	tun, consumerTUN              Device
	// What came out of the devices towards the other end.
	toProvider, toConsumer carried
}

// carried counts packets, and the bytes of all.
type carried struct{ ipv4, ipv6, bytes atomic.Uint64 }

// newWorld makes a world whose consumer does not meter, so that packets pass that an honest one would not send.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := newHosts(t)
	w.unmeter(w.consumer, w.consumerTUN)
	w.carry(w.attach(w.consumerTUN), w.attach(w.tun))
	return w
}

// newHosts makes a world in which nobody carries packets yet, and both ends meter.
func newHosts(t testing.TB) *world {
	t.Helper()
	w := &world{
		t: t, consumer: nstest.New(t), provider: nstest.New(t), web: nstest.New(t),
		consumerAddr: address("10.9.0.2"), gateway: address("10.9.0.1"), server: address("203.0.113.2"),
		consumerDevice: "tunc", device: "tunp",
	}
	nstest.Link(t, w.provider, w.web, prefix("203.0.113.1/24"), prefix("203.0.113.2/24"))
	nstest.Link(t, w.provider, w.web, prefix("192.168.7.1/24"), prefix("192.168.7.2/24"))
	setSysctl(t, w.provider, "net/ipv4/ip_forward", "1")
	w.host, w.consumerHost = openIn(t, w.provider, journalIn(t)), openIn(t, w.consumer, journalIn(t))
	w.tun = w.makeTUN(w.host, w.device, "10.9.0.1/16")
	w.consumerTUN = w.makeTUN(w.consumerHost, w.consumerDevice, "10.9.0.2/16")
	w.consumer.Run("ip", "route", "add", "default", "dev", w.consumerDevice)
	return w
}

func (w *world) makeTUN(h *Host, name, addr string) Device {
	w.t.Helper()
	d, err := h.TUN(name, 1420, prefix(addr))
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// attach opens a device for this process to carry its packets.
func (w *world) attach(d Device) *os.File {
	w.t.Helper()
	file, err := d.File()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = file.Close() }) // some are closed before
	awaitCarrier(w.t, d)
	return file
}

// awaitCarrier waits until the kernel has seen that somebody is attached to a device. It drops what is sent before.
func awaitCarrier(t testing.TB, d Device) {
	t.Helper()
	eventually(t, d.Name+" has a carrier", func() bool {
		link, err := d.host.link.LinkByName(d.Name)
		if err != nil {
			t.Fatal(err)
		}
		return link.Attrs().OperState == netlink.OperUp
	})
}

// unmeter takes the meter off a device that nobody is attached to.
func (w *world) unmeter(ns *nstest.Namespace, d Device) {
	w.t.Helper()
	file := w.attach(d)
	raw, err := file.SyscallConn()
	if err != nil {
		w.t.Fatal(err)
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = unix.IoctlSetPointerInt(int(fd), unix.TUNSETFILTEREBPF, -1) }); errors.Join(err, failed) != nil {
		w.t.Fatal(err, failed)
	}
	if err := file.Close(); err != nil {
		w.t.Fatal(err)
	}
	ns.Run("tc", "qdisc", "del", "dev", d.Name, "clsact")
}

// virtioHeader is before each packet that a device's file gives or takes.
const virtioHeader = 10

// carry takes packets from one end of the tunnel to the other, and back, until the test ends.
func (w *world) carry(consumer, provider *os.File) {
	var running sync.WaitGroup
	running.Go(func() { pump(consumer, &w.toProvider, func([]byte) *os.File { return provider }) }) // ends with consumer
	running.Go(func() { pump(provider, &w.toConsumer, func([]byte) *os.File { return consumer }) }) // ends with provider
	w.t.Cleanup(func() {
		_, _ = consumer.Close(), provider.Close() // a test may have closed them
		ends(w.t, "what carries the tunnel's packets", running.Wait)
	})
}

// ends waits for what should be over at once. If it is not, the test fails with what every goroutine does.
func ends(t testing.TB, what string, wait func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { // ends with what is waited for
		defer close(done)
		wait()
	}()
	select {
	case <-done:
	case <-time.After(stuck):
		stacks := make([]byte, 1<<20)
		t.Errorf("not over after %s: %s\n%s", stuck, what, stacks[:runtime.Stack(stacks, true)])
	}
}

// pump carries packets from one device to those that lead tells, which is nil for none.
func pump(from *os.File, count *carried, lead func(packet []byte) *os.File) {
	for buffer := make([]byte, virtioHeader+65536); ; {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if n <= virtioHeader {
			continue
		}
		packet := buffer[virtioHeader:n]
		count.bytes.Add(uint64(len(packet)))
		if packet[0]>>4 == 6 {
			count.ipv6.Add(1)
		} else {
			count.ipv4.Add(1)
		}
		if to := lead(packet); to != nil {
			_, _ = to.Write(buffer[:n]) // refused while the device is down
		}
	}
}

func setSysctl(t testing.TB, ns *nstest.Namespace, name, value string) {
	t.Helper()
	ns.Do(func() {
		if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	})
}

func (w *world) config() ExitConfig {
	return ExitConfig{
		Device: w.device, Subnet: prefix("10.9.0.0/16"), Gateway: w.gateway,
		Deny: []netip.Prefix{prefix("10.0.0.0/8"), prefix("192.168.0.0/16"), prefix("224.0.0.0/3"), prefix("fc00::/7")},
	}
}

func (w *world) exit(cfg ExitConfig) *Exit {
	w.t.Helper()
	e, err := w.host.NewExit(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		ends(w.t, "closing an exit", func() {
			if err := e.Close(); err != nil {
				w.t.Error(err)
			}
		})
	})
	return e
}

func (w *world) gate(e *Exit, addr netip.Addr, limit uint64) *Gate {
	w.t.Helper()
	g, err := e.Add(addr)
	if err != nil {
		w.t.Fatal(err)
	}
	g.SetLimit(limit)
	return g
}

// open makes an exit with one open gate.
func (w *world) open(cfg ExitConfig) (*Exit, *Gate) {
	w.t.Helper()
	e := w.exit(cfg)
	return e, w.gate(e, w.consumerAddr, unlimited)
}

// acceptAll hands each connection to f, which ends with it, until the test ends.
func acceptAll(t testing.TB, l net.Listener, f func(net.Conn)) {
	var mu sync.Mutex
	var conns []net.Conn
	over := false
	var running sync.WaitGroup
	running.Go(func() { // ends with the listener
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if _, benchmark := t.(*testing.B); !benchmark { // which may take as long as it likes
				_ = conn.SetDeadline(time.Now().Add(stuck)) // one that is closed refuses
			}
			mu.Lock()
			conns = append(conns, conn)
			late := over
			mu.Unlock()
			if late { // nobody would end it any more
				reset(conn)
				return
			}
			running.Go(func() { // ends with conn
				f(conn)
				reset(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // the namespace closes it again
		mu.Lock()
		over = true
		for _, conn := range conns {
			reset(conn)
		}
		mu.Unlock()
		ends(t, "what a test's server does", running.Wait)
	})
}

// source sends until the other side closes.
func source(conn net.Conn) {
	_, _ = io.Copy(conn, zeros{})
}

// sink receives until the other side closes.
func sink(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// echo sends back.
func echo(conn net.Conn) { _, _ = io.Copy(conn, conn) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// dial connects; from the consumer's host by its device, as a path wants.
func (w *world) dial(ns *nstest.Namespace, network, addr string) net.Conn {
	w.t.Helper()
	device := ""
	if ns == w.consumer {
		device = w.consumerDevice
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := ns.DialDevice(ctx, device, network, addr)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { reset(conn) })
	return conn
}

// reset closes a connection and forgets what it has not sent, so that no test waits for that.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a closed connection refuses
	}
	_ = conn.Close() // often closed by the test
}

// quick dials what should be refused, by which error, or not at all, within half a second.
func quick(ns *nstest.Namespace, network, addr string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	started := time.Now()
	conn, err := ns.DialContext(ctx, network, addr)
	if err != nil {
		return time.Since(started), err
	}
	defer reset(conn)
	if network == "udp" {
		err = ask(conn, 500*time.Millisecond)
	}
	return time.Since(started), err
}

var errSilent = errors.New("no answer")

// ask sends a packet and waits for an answer.
func ask(conn net.Conn, wait time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(wait)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("hello")); err != nil {
		return err
	}
	_, err := conn.Read(make([]byte, 100))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errSilent
	}
	return err
}

// answer answers packets until the connection is closed.
func answer(conn net.PacketConn) {
	buffer := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		_, _ = conn.WriteTo(buffer[:n], from) // the asker notices
	}
}

// eventually waits until f is true.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !f(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
