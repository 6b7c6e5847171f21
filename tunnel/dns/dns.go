// Package dns answers and asks the DNS queries that travel inside a tunnel.
//
// A provider's end runs a [Responder] at the tunnel's gateway address: it looks names up with the
// provider's resolver, so that nobody on the consumer's side learns them, and leaves out answers
// that the exit policy refuses. A consumer's end asks it with [Lookup]. Only A records are served,
// because providers have no IPv6 yet: other address queries get an empty answer. The wire format is
// RFC 1035's; everything from the peer is parsed within fixed bounds.
package dns

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Port is where DNS is served.
const Port = 53

// MaxMessage bounds a query or an answer, in bytes. A query with one question needs at most 271 and
// some EDNS options; our answers at most 400.
const MaxMessage = 1232

// maxAnswers bounds an answer, so that it always fits 512 bytes and is never truncated.
const maxAnswers = 8

// ttl of our answers, in seconds. A resolver of the operating system does not tell the real one.
const ttl = 60

// lookupTimeout bounds one look-up by the provider's resolver.
const lookupTimeout = 10 * time.Second

// Resolver looks up the addresses of a host name. *net.Resolver is one. The name is absolute: it
// ends with a dot.
type Resolver interface {
	// LookupNetIP is asked for network "ip4" only. A *net.DNSError tells a name that does not exist.
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

var _ Resolver = (*net.Resolver)(nil)

// Responder answers queries. Both fields are required.
type Responder struct {
	Resolver Resolver
	// Permit returns an error for an address that must not be given as an answer.
	Permit func(netip.Addr) error
}

// Answer returns the answer to one query, at most 512 bytes; nil when the query deserves none.
func (r *Responder) Answer(ctx context.Context, query []byte) []byte {
	if len(query) > MaxMessage {
		return nil
	}
	var p dnsmessage.Parser
	asked, err := p.Start(query)
	if err != nil || asked.Response {
		return nil // an answer to an answer could go round for ever
	}
	head := dnsmessage.Header{
		ID:                 asked.ID,
		Response:           true,
		OpCode:             asked.OpCode,
		RecursionDesired:   asked.RecursionDesired,
		RecursionAvailable: true,
	}
	if asked.OpCode != 0 {
		head.RCode = dnsmessage.RCodeNotImplemented
		return pack(head, nil, nil)
	}
	q, err := onlyQuestion(&p)
	if err != nil {
		head.RCode = dnsmessage.RCodeFormatError
		return pack(head, nil, nil)
	}
	addrs, code := r.resolve(ctx, q)
	head.RCode = code
	return pack(head, &q, addrs)
}

func onlyQuestion(p *dnsmessage.Parser) (dnsmessage.Question, error) {
	q, err := p.Question()
	if err != nil {
		return q, err
	}
	if _, err := p.Question(); !errors.Is(err, dnsmessage.ErrSectionDone) {
		return q, errors.New("not exactly one question")
	}
	return q, nil
}

// resolve returns what is to be answered to q.
func (r *Responder) resolve(ctx context.Context, q dnsmessage.Question) ([]netip.Addr, dnsmessage.RCode) {
	if q.Class != dnsmessage.ClassINET {
		return nil, dnsmessage.RCodeRefused
	}
	switch q.Type {
	case dnsmessage.TypeA:
	case dnsmessage.TypeAAAA:
		return nil, dnsmessage.RCodeSuccess
	default:
		return nil, dnsmessage.RCodeNotImplemented
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	found, err := r.Resolver.LookupNetIP(ctx, "ip4", q.Name.String())
	if err != nil {
		if dnsErr, ok := errors.AsType[*net.DNSError](err); ok && dnsErr.IsNotFound {
			return nil, dnsmessage.RCodeNameError
		}
		return nil, dnsmessage.RCodeServerFailure
	}
	var addrs []netip.Addr
	refused := false
	for _, a := range found {
		a = a.Unmap()
		if !a.Is4() {
			continue
		}
		if r.Permit(a) != nil {
			refused = true
			continue
		}
		if len(addrs) < maxAnswers {
			addrs = append(addrs, a)
		}
	}
	if len(addrs) == 0 && refused {
		return nil, dnsmessage.RCodeRefused
	}
	return addrs, dnsmessage.RCodeSuccess
}

// pack returns nil when the message cannot be packed, which only a broken name could cause.
func pack(head dnsmessage.Header, q *dnsmessage.Question, addrs []netip.Addr) []byte {
	msg := dnsmessage.Message{Header: head}
	if q != nil {
		msg.Questions = []dnsmessage.Question{*q}
	}
	for _, a := range addrs {
		msg.Answers = append(msg.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: ttl},
			Body:   &dnsmessage.AResource{A: a.As4()},
		})
	}
	packed, err := msg.Pack()
	if err != nil {
		return nil
	}
	return packed
}
