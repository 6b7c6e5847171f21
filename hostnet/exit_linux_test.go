package hostnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/internal/nstest"
)

func TestExitPolicy(t *testing.T) {
	w := newWorld(t)
	cfg := w.config()
	cfg.Allow = []netip.AddrPort{
		netip.MustParseAddrPort("192.168.7.2:8080"), netip.MustParseAddrPort("203.0.113.2:2525"),
		netip.MustParseAddrPort("203.0.113.1:8080"), netip.MustParseAddrPort("[2001:db8::1]:80"),
	}
	_, g := w.open(cfg)
	// Somebody listens everywhere, so that only the policy can refuse.
	for _, addr := range []string{"203.0.113.2:80", "203.0.113.2:25", "203.0.113.2:2525", "192.168.7.2:80", "192.168.7.2:8080", "192.168.7.2:25"} {
		acceptAll(t, w.web.Listen("tcp", addr), echo)
		go answer(w.web.ListenPacket("udp", addr)) // ends with the connection
	}
	for _, port := range []int{53, 22, 7, 8080} {
		acceptAll(t, w.provider.Listen("tcp", fmt.Sprintf("0.0.0.0:%d", port)), echo)
		go answer(w.provider.ListenPacket("udp", fmt.Sprintf("0.0.0.0:%d", port))) // ends with the connection
	}
	for _, c := range []struct {
		network, addr string
		want          error
	}{
		{"tcp", "203.0.113.2:80", nil},
		{"udp", "203.0.113.2:80", nil},
		{"tcp", "203.0.113.2:81", syscall.ECONNREFUSED}, // by the server
		{"tcp", "203.0.113.2:25", syscall.ECONNREFUSED},
		{"udp", "203.0.113.2:25", nil},
		{"tcp", "203.0.113.2:2525", nil},
		{"tcp", "192.168.7.2:80", syscall.ECONNREFUSED},
		{"udp", "192.168.7.2:80", syscall.EHOSTUNREACH},
		{"tcp", "192.168.7.2:25", syscall.ECONNREFUSED},
		{"tcp", "192.168.7.2:8080", nil},
		{"udp", "192.168.7.2:8080", nil},
		{"tcp", "192.168.7.99:80", syscall.ECONNREFUSED},
		{"tcp", "10.9.0.1:53", nil},
		{"udp", "10.9.0.1:53", nil},
		{"tcp", "10.9.0.1:7", syscall.ECONNREFUSED},
		{"tcp", "10.9.0.1:22", syscall.ECONNREFUSED},
		{"udp", "10.9.0.1:22", syscall.EHOSTUNREACH},
		{"tcp", "203.0.113.1:22", syscall.ECONNREFUSED}, // the provider by its other names
		{"tcp", "203.0.113.1:53", syscall.ECONNREFUSED},
		{"tcp", "192.168.7.1:53", syscall.ECONNREFUSED},
		{"tcp", "203.0.113.1:8080", nil},
	} {
		took, err := quick(w.consumer, c.network, c.addr)
		if !errors.Is(err, c.want) {
			t.Errorf("%s %s: %v after %v, want %v", c.network, c.addr, err, took, c.want)
		}
	}
	if sent, received := g.Counters(); sent == 0 || received == 0 {
		t.Errorf("counted %d and %d", sent, received)
	}
	// The gateway and the consumers exist for consumers only.
	if _, err := quick(w.web, "tcp", "203.0.113.1:53"); err != nil {
		t.Errorf("the provider's own port: %v", err)
	}
	w.web.Route(prefix("10.9.0.0/16"), address("203.0.113.1"))
	acceptAll(t, w.consumer.Listen("tcp", "0.0.0.0:80"), echo)
	for _, addr := range []string{"10.9.0.1:53", "10.9.0.2:80"} {
		if _, err := quick(w.web, "tcp", addr); err == nil {
			t.Errorf("%s can be reached from outside", addr)
		}
	}
}

// What the policy refuses has come through the tunnel, and counts; so does the refusal.
func TestRefusedIsCounted(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	for range 10 {
		if _, err := quick(w.consumer, "tcp", "192.168.7.2:80"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatal(err)
		}
	}
	const question, reset = 60, 40
	if sent, received := g.Counters(); received != 10*question || sent != 10*reset {
		t.Errorf("counted %d received, want %d; %d sent, want %d", received, 10*question, sent, 10*reset)
	}
}

func TestSpoofedSource(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	server := w.web.ListenPacket("udp", "203.0.113.2:9")
	for _, spoofed := range []string{"10.9.0.3", "192.168.7.9", "198.51.100.1", "203.0.113.1"} {
		addIP(t, w.consumer, w.consumerDevice, spoofed+"/32")
		var conn net.Conn
		w.consumer.Do(func() {
			var err error
			d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(spoofed)}}
			if conn, err = d.Dial("udp", "203.0.113.2:9"); err != nil {
				t.Fatal(err)
			}
		})
		if _, err := conn.Write([]byte(spoofed)); err != nil {
			t.Fatal(err)
		}
		reset(conn)
	}
	conn := w.dial(w.consumer, "udp", "203.0.113.2:9")
	if _, err := conn.Write([]byte("honest")); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	n, from, err := server.ReadFrom(buffer)
	if err != nil || string(buffer[:n]) != "honest" {
		t.Errorf("%s from %v, %v", buffer[:n], from, err)
	}
	if _, received := g.Counters(); received != 20+8+6 {
		t.Errorf("received %d bytes", received)
	}
}

func addIP(t testing.TB, ns *nstest.Namespace, device, cidr string) {
	t.Helper()
	ns.Run("ip", "addr", "add", cidr, "dev", device)
}

// Two consumers' packets come by the same device, and from there they do not get to each other.
func TestClientToClient(t *testing.T) {
	w := newHosts(t)
	setSysctl(t, w.provider, "net/ipv4/conf/all/send_redirects", "0")
	setSysctl(t, w.provider, "net/ipv4/conf/"+w.device+"/send_redirects", "0")
	second := nstest.New(t)
	secondTUN := w.makeTUN(openIn(t, second, journalIn(t)), "tund", "10.9.0.3/16")
	second.Run("ip", "route", "add", "default", "dev", secondTUN.Name)
	w.unmeter(w.consumer, w.consumerTUN)
	w.unmeter(second, secondTUN)
	files := map[netip.Addr]*os.File{
		address("10.9.0.2"): w.attach(w.consumerTUN), address("10.9.0.3"): w.attach(secondTUN), w.gateway: w.attach(w.tun),
	}
	var running sync.WaitGroup
	for addr, file := range files {
		running.Go(func() { // ends with file
			pump(file, new(carried), func(packet []byte) *os.File {
				if addr != w.gateway {
					return files[w.gateway]
				}
				return files[netip.AddrFrom4([4]byte(packet[destinationOffset:]))]
			})
		})
	}
	t.Cleanup(func() {
		for _, file := range files {
			_ = file.Close() // wakes its reader
		}
		running.Wait()
	})
	go answer(second.ListenPacket("udp", "10.9.0.3:9"))      // ends with the connection
	go answer(w.provider.ListenPacket("udp", "10.9.0.1:53")) // ends with the connection
	e := w.exit(w.config())
	gates := []*Gate{w.gate(e, address("10.9.0.2"), unlimited), w.gate(e, address("10.9.0.3"), unlimited)}
	for i, ns := range []*nstest.Namespace{w.consumer, second} {
		if err := ask(w.dial(ns, "udp", "10.9.0.1:53"), patience); err != nil {
			t.Errorf("consumer %d does not get to the provider: %v", i, err)
		}
	}
	const packet = 20 + 8 + 5
	if err := ask(w.dial(w.consumer, "udp", "10.9.0.3:9"), 300*time.Millisecond); !errors.Is(err, errSilent) {
		t.Errorf("from consumer to consumer: %v", err)
	}
	if sent, received := gates[0].Counters(); sent != packet || received != 2*packet {
		t.Errorf("the first session counts %d and %d", sent, received)
	}
	if sent, received := gates[1].Counters(); sent != packet || received != packet {
		t.Errorf("the second session counts %d and %d", sent, received)
	}
}

// The server sees the provider's address, or the one that it is to use, and never the consumer's.
func TestTranslation(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"masquerade": {"", "203.0.113.1"},
		"source":     {"203.0.113.77", "203.0.113.77"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cfg := w.config()
			if c.source != "" {
				cfg.Source = address(c.source)
				w.provider.Run("ip", "addr", "add", c.source+"/32", "dev", "lo")
				w.web.Run("ip", "route", "add", c.source, "via", "203.0.113.1")
			}
			w.open(cfg)
			seen := make(chan string, 1)
			acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), func(conn net.Conn) {
				seen <- conn.RemoteAddr().(*net.TCPAddr).IP.String()
				sink(conn)
			})
			w.dial(w.consumer, "tcp", "203.0.113.2:80")
			if got := <-seen; got != c.want {
				t.Errorf("the server sees %s, want %s", got, c.want)
			}
		})
	}
}

func TestFlows(t *testing.T) {
	w := newWorld(t)
	cfg := w.config()
	cfg.Flows = 10
	e, _ := w.open(cfg)
	acceptAll(t, w.web.Listen("tcp", "203.0.113.2:80"), echo)
	var conns []net.Conn
	for range 10 {
		conns = append(conns, w.dial(w.consumer, "tcp", "203.0.113.2:80"))
	}
	if took, err := quick(w.consumer, "tcp", "203.0.113.2:80"); err == nil {
		t.Errorf("an eleventh connection, in %v", took)
	}
	for _, conn := range conns { // those that are there go on
		if err := ask(conn, patience); err != nil {
			t.Fatal(err)
		}
	}
	// Another session has its own.
	addIP(t, w.consumer, w.consumerDevice, "10.9.0.3/32")
	w.gate(e, address("10.9.0.3"), unlimited)
	w.consumer.Do(func() {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("10.9.0.3")}, Timeout: patience}
		conn, err := d.Dial("tcp", "203.0.113.2:80")
		if err != nil {
			t.Fatal(err)
		}
		reset(conn)
	})
	for _, conn := range conns {
		reset(conn)
	}
	eventually(t, "a closed connection makes room", func() bool {
		_, err := quick(w.consumer, "tcp", "203.0.113.2:80")
		return err == nil
	})
}

func TestIPv6IsDropped(t *testing.T) {
	w := newWorld(t)
	w.allowIPv6()
	go answer(w.provider.ListenPacket("udp", "[::]:53")) // ends with the connection
	_, g := w.open(w.config())
	if _, err := quick(w.consumer, "udp", "[2001:db8::1]:53"); !errors.Is(err, errSilent) {
		t.Errorf("IPv6 through an exit: %v", err)
	}
	if _, err := quick(w.provider, "udp", "[2001:db8::2]:53"); !errors.Is(err, errSilent) && !errors.Is(err, syscall.EPERM) {
		t.Errorf("IPv6 to a consumer: %v", err)
	}
	if asked, told := w.toProvider.ipv6.Load(), w.toConsumer.ipv6.Load(); asked == 0 || told != 0 {
		t.Errorf("%d packets came to the provider, %d left it", asked, told)
	}
	if sent, received := g.Counters(); sent+received != 0 {
		t.Errorf("counted %d and %d", sent, received)
	}
}

// allowIPv6 switches IPv6 on at both ends of the tunnel.
func (w *world) allowIPv6() {
	w.t.Helper()
	for device, ns := range map[string]*nstest.Namespace{w.device: w.provider, w.consumerDevice: w.consumer} {
		setSysctl(w.t, ns, "net/ipv6/conf/"+device+"/disable_ipv6", "0")
	}
	w.provider.Run("ip", "-6", "addr", "add", "2001:db8::1/64", "dev", w.device, "nodad")
	w.consumer.Run("ip", "-6", "addr", "add", "2001:db8::2/64", "dev", w.consumerDevice, "nodad")
}

// Sessions side by side: each has its own counters, and its own limit.
func TestManySessions(t *testing.T) {
	const sessions, first = 50, 10
	w := newWorld(t)
	e := w.exit(w.config())
	go answer(w.web.ListenPacket("udp", "203.0.113.2:9")) // ends with the connection
	gates := make([]*Gate, sessions)
	var asked sync.WaitGroup
	for i := range gates {
		addr := fmt.Sprintf("10.9.0.%d", first+i)
		addIP(t, w.consumer, w.consumerDevice, addr+"/32")
		var conn net.Conn
		w.consumer.Do(func() {
			var err error
			d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(addr)}}
			if conn, err = d.Dial("udp", "203.0.113.2:9"); err != nil {
				t.Fatal(err)
			}
		})
		t.Cleanup(func() { reset(conn) })
		// Every third session may not send more than five packets and their answers.
		limit := uint64(unlimited)
		if i%3 == 0 {
			limit = 5 * 2 * 33
		}
		gates[i] = w.gate(e, address(addr), limit)
		asked.Go(func() { // ends when the packets are answered, or not
			for range i + 1 {
				if err := ask(conn, time.Second); err != nil {
					if limit == unlimited || !errors.Is(err, errSilent) {
						t.Errorf("session %d: %v", i, err)
					}
					return
				}
			}
		})
	}
	asked.Wait()
	for i, g := range gates {
		packets := uint64(i + 1)
		if i%3 == 0 {
			packets = min(packets, 5)
		}
		if sent, received := g.Counters(); sent != packets*33 || received != packets*33 {
			t.Errorf("session %d: sent %d, received %d; want %d packets of 33 each", i, sent, received, packets)
		}
	}
}

func TestExitConfigIsChecked(t *testing.T) {
	good := ExitConfig{Device: "tun0", Subnet: prefix("10.9.0.0/16"), Gateway: address("10.9.0.1")}
	for name, change := range map[string]func(*ExitConfig){
		"no device":        func(c *ExitConfig) { c.Device = "" },
		"long device":      func(c *ExitConfig) { c.Device = "a-name-of-17-bytes" },
		"no subnet":        func(c *ExitConfig) { c.Subnet = netip.Prefix{} },
		"IPv6 subnet":      func(c *ExitConfig) { c.Subnet = prefix("fd00::/64") },
		"host in subnet":   func(c *ExitConfig) { c.Subnet = netip.MustParsePrefix("10.9.0.1/16") },
		"gateway outside":  func(c *ExitConfig) { c.Gateway = address("10.8.0.1") },
		"no gateway":       func(c *ExitConfig) { c.Gateway = netip.Addr{} },
		"source inside":    func(c *ExitConfig) { c.Source = address("10.9.0.9") },
		"source IPv6":      func(c *ExitConfig) { c.Source = address("2001:db8::1") },
		"negative flows":   func(c *ExitConfig) { c.Flows = -1 },
		"invalid deny":     func(c *ExitConfig) { c.Deny = []netip.Prefix{{}} },
		"allowed consumer": func(c *ExitConfig) { c.Allow = []netip.AddrPort{netip.MustParseAddrPort("10.9.0.2:80")} },
	} {
		cfg := good
		change(&cfg)
		if err := cfg.validate(); !errors.Is(err, ErrValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := good.validate(); err != nil {
		t.Error(err)
	}
	w := newWorld(t)
	e := w.exit(w.config())
	for _, addr := range []string{"10.9.0.1", "10.8.0.1", "2001:db8::1"} {
		if _, err := e.Add(address(addr)); !errors.Is(err, ErrValue) {
			t.Errorf("gate of %s: %v", addr, err)
		}
	}
	if _, err := w.host.NewExit(w.config()); !errors.Is(err, ErrExists) {
		t.Errorf("second exit of a device: %v", err)
	}
	w.gate(e, w.consumerAddr, 0) // the second has done no harm
}

// IP protocols other than TCP, UDP and ICMP do not leave; ICMP echo does.
func TestOtherProtocols(t *testing.T) {
	w := newWorld(t)
	_, g := w.open(w.config())
	send := func(protocol int, data []byte) {
		t.Helper()
		w.consumer.Do(func() {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
			if err != nil {
				t.Fatal(err)
			}
			to := &unix.SockaddrInet4{Addr: [4]byte{203, 0, 113, 2}}
			if err := errors.Join(unix.Sendto(fd, data, 0, to), unix.Close(fd)); err != nil {
				t.Fatal(err)
			}
		})
	}
	send(unix.IPPROTO_ICMP, []byte{8, 0, 0xf7, 0xfd, 0, 1, 0, 1}) // echo request with its checksum
	eventually(t, "the echo is back", func() bool {
		sent, received := g.Counters()
		return sent == 28 && received == 28
	})
	send(47, make([]byte, 8)) // GRE
	send(4, make([]byte, 20)) // IP in IP
	eventually(t, "it is refused", func() bool {
		sent, received := g.Counters()
		return sent > 28 && received == 28+20+8+20+20
	})
}
