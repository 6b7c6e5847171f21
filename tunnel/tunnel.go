// Package tunnel is the contract between a session and the code that carries its traffic.
//
// A driver (sub-packages wireguard and openvpn, later shadowsocks) has two ends. The provider
// runs one [Server] per service type, for all its consumers. A consumer makes one [Client] per
// session. Driver data crosses between them inside the dialogue, in three small, typed, bounded
// messages, so that no text of a peer ever reaches a configuration file or a command line:
//
//	request   consumer → provider, flight 1: Client.Request  → Server.Offer
//	offer     provider → consumer, flight 2: Server.Offer    → Client.Connect
//	start     provider → consumer, once paid: Server.Open    → Client.Connect
//
// The credential that joins the two ends is derived by both from the dialogue's root and is never
// sent. Each end is a [Tunnel], which counts inner bytes and obeys a byte limit: that is
// all that payments needs to know of it. Package tunneltest is the suite that every driver passes.
package tunnel

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// MaxData bounds each of a driver's three messages, in bytes.
const MaxData = 4096

var (
	// ErrData says that a driver message from the peer is malformed, oversized or not acceptable.
	ErrData = errors.New("unacceptable driver data")
	// ErrCapacity says that the server cannot carry another session now.
	ErrCapacity = errors.New("no capacity for another session")
	// ErrClosed says that the tunnel or its server was closed.
	ErrClosed = errors.New("tunnel closed")
)

// SessionID names the session that a tunnel belongs to.
type SessionID [16]byte

// Credential is a session's shared secret: both ends derive it from the dialogue.
type Credential [32]byte

// Counters are bytes of inner IP packets since the tunnel opened, as this end saw them. Packets
// dropped by the limit or by the exit policy before the meter count on neither side.
type Counters struct {
	Sent, Received uint64
}

// Total returns what the limit applies to.
func (c Counters) Total() uint64 { return c.Sent + c.Received }

// Tunnel is one end of one session's data path.
type Tunnel interface {
	// Counters is cheap and safe to call from anywhere at any time, also after Close.
	Counters() Counters
	// SetLimit lets traffic pass until Counters().Total() would exceed total bytes. What is above
	// is held for a moment, in bounded space, so that a limit raised in time costs no packet;
	// when that space is full, or the data path is the kernel's, it is dropped. A tunnel starts with limit 0. The limit may be moved
	// either way, and raising it many times a second is cheap.
	SetLimit(total uint64)
	// SetAlarm makes Crossed receive once, as soon as Counters().Total() is at least total bytes:
	// at once when it already is. It replaces the level set before.
	SetAlarm(total uint64)
	// Crossed has room for one value, so nothing in the data path waits for its reader. A value may
	// be from an earlier level: read Counters after receiving.
	Crossed() <-chan struct{}
	// Done is closed when the tunnel has ended for whatever reason; Err then says why: ErrClosed
	// after Close.
	Done() <-chan struct{}
	Err() error
	// Close ends the tunnel and waits for its goroutines. A second Close is harmless.
	Close() error
}

// Server is the provider's end of a driver, shared by all sessions of the service type.
type Server interface {
	// ServiceType is the driver's name in proposals, such as "wireguard".
	ServiceType() string
	// Offer checks a consumer's request and answers it. It allocates nothing that is scarce: the
	// consumer has not proved yet that it will pay. Errors: ErrData, ErrCapacity.
	Offer(request []byte) (offer []byte, err error)
	// Open starts the session's tunnel and returns what the consumer needs beyond the offer.
	// Errors: ErrData, ErrCapacity, ErrClosed.
	Open(ctx context.Context, cfg ServerSession) (t Tunnel, start []byte, err error)
	// Close ends every tunnel and waits.
	Close() error
}

// ServerSession is what Server.Open needs to know of a session.
type ServerSession struct {
	ID         SessionID
	Request    []byte // the consumer's, as given to Offer
	Credential Credential
}

// Client is the consumer's end of a driver, for one session.
type Client interface {
	// Request returns the data for flight 1, with fresh keys.
	Request() []byte
	// Connect brings the tunnel up and returns once a packet has come back through it, or an error
	// when ctx ends first. Errors: ErrData.
	Connect(ctx context.Context, cfg ClientSession) (ClientTunnel, error)
}

// ClientSession is what Client.Connect needs to know of a session.
type ClientSession struct {
	ID         SessionID
	Offer      []byte
	Start      []byte
	Credential Credential
	// Limit is the byte limit that the tunnel starts with.
	Limit uint64
}

// ClientTunnel is the consumer's end.
type ClientTunnel interface {
	Tunnel
	Dialer
	// Probe sends one small packet to the provider's end and waits for its echo.
	Probe(ctx context.Context) error
}

// Dialer opens connections that leave from the provider's end. Host names in address are
// resolved at the provider's end too, never by this host.
type Dialer interface {
	// DialContext takes "tcp" or "udp" and "host:port".
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// ExitPolicy is what a provider lets consumers reach. The zero value refuses private, loopback,
// link-local, multicast and reserved ranges, the provider's own addresses, and port 25; it
// applies to the address that is dialled, so also after name resolution.
type ExitPolicy struct {
	// Allow are exceptions that the operator names: exactly these addresses and ports.
	Allow []netip.AddrPort
	// Source is the local address that traffic leaves from; the zero Addr lets the system choose.
	Source netip.Addr
}
