package dns

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// errNotOurs is an answer to another question: it is passed over, and the wait goes on.
var errNotOurs = errors.New("answer to another query")

// attempts are how long each try of a query waits for its answer. The path is a tunnel to one
// server, so a lost packet is the only reason to ask again; the last wait covers a slow resolver.
var attempts = []time.Duration{time.Second, 2 * time.Second, lookupTimeout}

// Lookup asks the server for host's IPv4 addresses, over the datagram connections that dial makes.
// The error is a *net.DNSError when the server has no address for the name, or refuses to give it.
func Lookup(ctx context.Context, host string, dial func(context.Context) (net.Conn, error)) ([]netip.Addr, error) {
	fail := func(reason string, notFound bool) error {
		return &net.DNSError{Err: reason, Name: host, IsNotFound: notFound}
	}
	name, err := dnsmessage.NewName(strings.TrimSuffix(host, ".") + ".")
	if err != nil || host == "" || host == "." {
		return nil, fail("malformed host name", true)
	}
	conn, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("dial name server: %w", err)
	}
	defer conn.Close() //nolint:errcheck // a datagram connection has nothing to flush
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	for _, wait := range attempts {
		var addrs []netip.Addr
		addrs, err = ask(ctx, conn, name, wait)
		if err == nil {
			if len(addrs) == 0 {
				return nil, fail("no IPv4 address", true)
			}
			return addrs, nil
		}
		if code, ok := errors.AsType[rcodeError](err); ok {
			return nil, fail(code.Error(), dnsmessage.RCode(code) == dnsmessage.RCodeNameError)
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("look up %q: %w", host, ctx.Err())
		}
	}
	return nil, &net.DNSError{Err: "name server does not answer: " + err.Error(), Name: host, IsTimeout: true}
}

// ask sends one query and waits for its answer.
func ask(ctx context.Context, conn net.Conn, name dnsmessage.Name, wait time.Duration) ([]netip.Addr, error) {
	var raw [2]byte
	_, _ = rand.Read(raw[:]) // never fails
	id := binary.BigEndian.Uint16(raw[:])
	q := dnsmessage.Question{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
	query := pack(dnsmessage.Header{ID: id, RecursionDesired: true}, &q, nil)
	if query == nil {
		return nil, rcodeError(dnsmessage.RCodeFormatError)
	}
	deadline := time.Now().Add(wait)
	if err := conn.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	if ctx.Err() != nil { // the deadline above may have replaced the one that ends the wait
		return nil, ctx.Err()
	}
	if _, err := conn.Write(query); err != nil {
		return nil, err
	}
	buf := make([]byte, MaxMessage)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return nil, err
		}
		addrs, err := parseAnswer(buf[:n], id, q)
		if !errors.Is(err, errNotOurs) {
			return addrs, err
		}
	}
}

// parseAnswer returns the addresses in the answer to question q with the given ID: errNotOurs
// when it is not that, rcodeError when the server says no.
func parseAnswer(msg []byte, id uint16, q dnsmessage.Question) ([]netip.Addr, error) {
	var p dnsmessage.Parser
	head, err := p.Start(msg)
	if err != nil || !head.Response || head.ID != id {
		return nil, errNotOurs
	}
	got, err := onlyQuestion(&p)
	if err != nil || got.Type != q.Type || got.Class != q.Class ||
		!strings.EqualFold(got.Name.String(), q.Name.String()) {
		return nil, errNotOurs
	}
	if head.RCode != dnsmessage.RCodeSuccess {
		return nil, rcodeError(head.RCode)
	}
	var addrs []netip.Addr
	for len(addrs) < maxAnswers {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return nil, errNotOurs
		}
		if h.Type != dnsmessage.TypeA || h.Class != dnsmessage.ClassINET {
			if err := p.SkipAnswer(); err != nil {
				return nil, errNotOurs
			}
			continue
		}
		a, err := p.AResource()
		if err != nil {
			return nil, errNotOurs
		}
		addrs = append(addrs, netip.AddrFrom4(a.A))
	}
	return addrs, nil
}

// rcodeError is a name server's refusal.
type rcodeError dnsmessage.RCode

func (e rcodeError) Error() string {
	switch dnsmessage.RCode(e) {
	case dnsmessage.RCodeNameError:
		return "no such host"
	case dnsmessage.RCodeRefused:
		return "refused by the provider"
	case dnsmessage.RCodeServerFailure:
		return "the provider's resolver failed"
	default:
		return "name server says " + dnsmessage.RCode(e).String()
	}
}
