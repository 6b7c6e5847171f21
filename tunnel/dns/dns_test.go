package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// resolver is a resolver with fixed answers.
type resolver map[string][]string

func (r resolver) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	if network != "ip4" {
		return nil, errors.New("asked for " + network)
	}
	if host == "broken.example." {
		return nil, errors.New("no route to the resolver")
	}
	list, ok := r[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var addrs []netip.Addr
	for _, s := range list {
		addrs = append(addrs, netip.MustParseAddr(s))
	}
	return addrs, nil
}

var world = resolver{
	"web.example.":     {"192.0.2.1", "192.0.2.2"},
	"mixed.example.":   {"10.0.0.1", "192.0.2.3", "2001:db8::1", "::ffff:192.0.2.4"},
	"private.example.": {"10.0.0.1", "192.168.0.1"},
	"v6.example.":      {"2001:db8::1"},
	"many.example.":    {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8", "192.0.2.9", "192.0.2.10"},
}

func responder() *Responder {
	return &Responder{Resolver: world, Permit: func(a netip.Addr) error {
		if a.IsPrivate() {
			return errors.New("private")
		}
		return nil
	}}
}

func question(name string, kind dnsmessage.Type) dnsmessage.Question {
	return dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}
}

func TestAnswers(t *testing.T) {
	long := strings.Repeat(strings.Repeat("a", 60)+".", 4)
	all := world["many.example."]
	world[long] = all
	for _, c := range []struct {
		name string
		kind dnsmessage.Type
		code dnsmessage.RCode
		want []string
	}{
		{"web.example.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, world["web.example."]},
		{"web.example.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, nil},
		{"web.example.", dnsmessage.TypeMX, dnsmessage.RCodeNotImplemented, nil},
		{"web.example.", dnsmessage.TypeAXFR, dnsmessage.RCodeNotImplemented, nil},
		{"mixed.example.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []string{"192.0.2.3", "192.0.2.4"}},
		{"private.example.", dnsmessage.TypeA, dnsmessage.RCodeRefused, nil},
		{"v6.example.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, nil},
		{"absent.example.", dnsmessage.TypeA, dnsmessage.RCodeNameError, nil},
		{"broken.example.", dnsmessage.TypeA, dnsmessage.RCodeServerFailure, nil},
		{"many.example.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, all[:maxAnswers]},
		{long, dnsmessage.TypeA, dnsmessage.RCodeSuccess, all[:maxAnswers]},
	} {
		q := question(c.name, c.kind)
		query := pack(dnsmessage.Header{ID: 77, RecursionDesired: true}, &q, nil)
		raw := responder().Answer(t.Context(), query)
		if len(raw) == 0 || len(raw) > 512 {
			t.Fatalf("%s %v: answer of %d bytes", c.name, c.kind, len(raw))
		}
		var msg dnsmessage.Message
		if err := msg.Unpack(raw); err != nil {
			t.Fatal(err)
		}
		if msg.ID != 77 || !msg.Response || !msg.RecursionDesired || msg.Truncated || msg.RCode != c.code {
			t.Errorf("%s %v: header %+v, want %v", c.name, c.kind, msg.Header, c.code)
		}
		var got []string
		for _, a := range msg.Answers {
			got = append(got, netip.AddrFrom4(a.Body.(*dnsmessage.AResource).A).String())
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s %v: %v, want %v", c.name, c.kind, got, c.want)
		}
	}
}

func TestOddQueries(t *testing.T) {
	q := question("web.example.", dnsmessage.TypeA)
	two := dnsmessage.Message{Header: dnsmessage.Header{ID: 1}, Questions: []dnsmessage.Question{q, q}}
	chaos := q
	chaos.Class = dnsmessage.ClassCHAOS
	pad := func(n int) []byte { return append(pack(dnsmessage.Header{}, &q, nil), make([]byte, n)...) }
	must := func(m dnsmessage.Message) []byte {
		b, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		query []byte
		code  int // -1: no answer
	}{
		"empty":           {nil, -1},
		"cut header":      {[]byte{0, 1, 2}, -1},
		"an answer":       {pack(dnsmessage.Header{Response: true}, &q, nil), -1},
		"too long":        {pad(MaxMessage), -1},
		"extra bytes":     {pad(100), int(dnsmessage.RCodeSuccess)},
		"no question":     {pack(dnsmessage.Header{}, nil, nil), int(dnsmessage.RCodeFormatError)},
		"two questions":   {must(two), int(dnsmessage.RCodeFormatError)},
		"cut question":    {pack(dnsmessage.Header{}, &q, nil)[:20], int(dnsmessage.RCodeFormatError)},
		"other operation": {pack(dnsmessage.Header{OpCode: 5}, &q, nil), int(dnsmessage.RCodeNotImplemented)},
		"other class":     {pack(dnsmessage.Header{}, &chaos, nil), int(dnsmessage.RCodeRefused)},
	} {
		raw := responder().Answer(t.Context(), c.query)
		if c.code < 0 {
			if raw != nil {
				t.Errorf("%s: got an answer", name)
			}
			continue
		}
		var p dnsmessage.Parser
		if head, err := p.Start(raw); err != nil || int(head.RCode) != c.code {
			t.Errorf("%s: %v, %v, want code %d", name, head.RCode, err, c.code)
		}
	}
}

// serve answers queries on the far end of a connection by f, until the test ends.
func serve(t *testing.T, f func(query []byte) [][]byte) func(context.Context) (net.Conn, error) {
	t.Helper()
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // ends when the socket is closed
		defer close(done)
		buf := make([]byte, 1<<16)
		for {
			n, from, err := socket.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			for _, answer := range f(append([]byte(nil), buf[:n]...)) {
				_, _ = socket.WriteToUDPAddrPort(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = socket.Close(); <-done })
	return func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", socket.LocalAddr().String())
	}
}

func TestLookup(t *testing.T) {
	r := responder()
	dial := serve(t, func(q []byte) [][]byte { return [][]byte{r.Answer(context.Background(), q)} })
	for _, host := range []string{"web.example", "web.example."} {
		addrs, err := Lookup(t.Context(), host, dial)
		if err != nil || len(addrs) != 2 || addrs[0] != netip.MustParseAddr("192.0.2.1") {
			t.Errorf("%s: %v, %v", host, addrs, err)
		}
	}
	for host, notFound := range map[string]bool{
		"absent.example": true, "v6.example": true, "private.example": false, "broken.example": false,
		"": true, ".": true, "a..b": false, strings.Repeat("a", 64) + ".example": false, strings.Repeat("a.", 200): true,
	} {
		addrs, err := Lookup(t.Context(), host, dial)
		dnsErr, ok := errors.AsType[*net.DNSError](err)
		if !ok || dnsErr.IsNotFound != notFound {
			t.Errorf("%.20q: %v, %v, want a DNS error with not found %v", host, addrs, err, notFound)
		}
	}
}

// TestLookupIsNotFooled sends wrong answers ahead of the right one.
func TestLookupIsNotFooled(t *testing.T) {
	r := responder()
	dial := serve(t, func(q []byte) [][]byte {
		right := r.Answer(context.Background(), q)
		id := binary.BigEndian.Uint16(q)
		asked, other := question("web.example.", dnsmessage.TypeA), question("evil.example.", dnsmessage.TypeA)
		evil := []netip.Addr{netip.MustParseAddr("198.51.100.66")}
		return [][]byte{
			nil, {1}, q,
			pack(dnsmessage.Header{ID: id + 1, Response: true}, &asked, evil),
			pack(dnsmessage.Header{ID: id, Response: true}, &other, evil),
			pack(dnsmessage.Header{ID: id, Response: true}, nil, nil),
			pack(dnsmessage.Header{ID: id}, &asked, evil),
			right[:len(right)-3],
			right,
		}
	})
	addrs, err := Lookup(t.Context(), "web.example", dial)
	if err != nil || len(addrs) != 2 || addrs[0] != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("%v, %v", addrs, err)
	}
}

func TestLookupAsksAgainAndEndsWithItsContext(t *testing.T) {
	r := responder()
	var asked atomic.Int32
	dial := serve(t, func(q []byte) [][]byte {
		if asked.Add(1) == 1 {
			return nil
		}
		return [][]byte{r.Answer(context.Background(), q)}
	})
	if _, err := Lookup(t.Context(), "web.example", dial); err != nil || asked.Load() != 2 {
		t.Errorf("%v after %d queries", err, asked.Load())
	}
	silent := serve(t, func([]byte) [][]byte { return nil })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Lookup(ctx, "web.example", silent); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("silent server: %v, want DeadlineExceeded", err)
	}
	refused := errors.New("no path")
	_, err := Lookup(t.Context(), "web.example", func(context.Context) (net.Conn, error) { return nil, refused })
	if !errors.Is(err, refused) {
		t.Errorf("dial error: %v", err)
	}
}

func TestStream(t *testing.T) {
	near, far := net.Pipe()
	served := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { responder().ServeStream(ctx, far); close(served) }()
	q := question("web.example.", dnsmessage.TypeA)
	query := pack(dnsmessage.Header{ID: 5}, &q, nil)
	for range 2 {
		framed := binary.BigEndian.AppendUint16(nil, uint16(len(query)))
		if _, err := near.Write(append(framed, query...)); err != nil {
			t.Fatal(err)
		}
		var size [2]byte
		if _, err := io.ReadFull(near, size[:]); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(near, answer); err != nil {
			t.Fatal(err)
		}
		if addrs, err := parseAnswer(answer, 5, q); err != nil || len(addrs) != 2 {
			t.Errorf("%v, %v", addrs, err)
		}
	}
	if _, err := near.Write([]byte{0xff, 0xff}); err != nil {
		t.Fatal(err)
	}
	if _, err := near.Read(make([]byte, 1)); err == nil {
		t.Error("an oversized query was answered")
	}
	<-served

	near, far = net.Pipe()
	served = make(chan struct{})
	go func() { responder().ServeStream(ctx, far); close(served) }()
	cancel()
	<-served
	_ = near.Close()
}

func FuzzQuery(f *testing.F) {
	q := question("web.example.", dnsmessage.TypeA)
	f.Add(pack(dnsmessage.Header{ID: 1, RecursionDesired: true}, &q, nil))
	q.Type = dnsmessage.TypeAAAA
	f.Add(pack(dnsmessage.Header{ID: 2}, &q, nil))
	f.Add(pack(dnsmessage.Header{Response: true}, &q, nil))
	f.Add([]byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1}) // a name that points at itself
	r := responder()
	f.Fuzz(func(t *testing.T, query []byte) {
		answer := r.Answer(t.Context(), query)
		if answer == nil {
			return
		}
		var msg dnsmessage.Message
		if err := msg.Unpack(answer); err != nil || len(answer) > 512 {
			t.Fatalf("answer of %d bytes to % x: %v", len(answer), query, err)
		}
		if !msg.Response || msg.ID != binary.BigEndian.Uint16(query) {
			t.Fatalf("answer %+v to % x", msg.Header, query)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	q := question("web.example.", dnsmessage.TypeA)
	head := dnsmessage.Header{ID: 1, Response: true}
	f.Add(pack(head, &q, []netip.Addr{netip.MustParseAddr("192.0.2.1")}))
	f.Add(pack(head, &q, nil))
	head.RCode = dnsmessage.RCodeNameError
	f.Add(pack(head, &q, nil))
	f.Fuzz(func(t *testing.T, msg []byte) {
		addrs, err := parseAnswer(msg, 1, q)
		if err != nil && addrs != nil || len(addrs) > maxAnswers {
			t.Fatalf("%v, %v", addrs, err)
		}
	})
}
