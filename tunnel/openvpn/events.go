package openvpn

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// Bounds of what is read from openvpn's management socket. OpenVPN itself bounds what a client can make
// it say: 2 KiB of peer information in all, and a few hundred bytes of name and password.
const (
	maxLine = 16 << 10 // bytes
	maxEnv  = 4096     // lines in one block
)

// errProtocol says that what came over the management socket is not what openvpn says.
var errProtocol = errors.New("openvpn management protocol")

// event is one of the types below: what openvpn tells unasked (management-notes.txt in its
// documentation, "REAL-TIME MESSAGE FORMAT").
type event interface{ isEvent() }

// clientID numbers a client of a server process. Numbers grow; a client that connects again gets a new
// one, possibly before the old one is gone.
type clientID uint32

// clientAction is what a client did.
type clientAction int

const (
	clientConnect     clientAction = iota + 1 // asks to be admitted
	clientReauth                              // asks for a new key of a live connection
	clientEstablished                         // is connected
	clientDisconnect                          // is gone
)

// clientEvent is a server's: >CLIENT:CONNECT, REAUTH, ESTABLISHED or DISCONNECT with its environment.
type clientEvent struct {
	action clientAction
	cid    clientID
	kid    uint32 // of CONNECT and REAUTH
	// username and password are what the client says, of CONNECT and REAUTH. Of the rest of the
	// environment nothing is kept.
	username, password string
}

// addressEvent is a server's: addr now belongs to a client.
type addressEvent struct {
	cid  clientID
	addr netip.Prefix
}

// stateEvent is a step of the connection, such as WAIT, CONNECTED, RECONNECTING, EXITING.
type stateEvent struct {
	name   string
	detail string // why, for some of them
}

// passwordEvent is a client's: openvpn wants the credential, or the server refused it.
type passwordEvent struct{ refused bool }

// holdEvent says that openvpn waits to be told to go on.
type holdEvent struct{}

// fatalEvent says why openvpn is about to exit.
type fatalEvent struct{ text string }

// otherEvent is something that nothing here needs: greetings, logs, counts, questions never to be answered.
type otherEvent struct{ source string }

func (clientEvent) isEvent()   {}
func (addressEvent) isEvent()  {}
func (stateEvent) isEvent()    {}
func (passwordEvent) isEvent() {}
func (holdEvent) isEvent()     {}
func (fatalEvent) isEvent()    {}
func (otherEvent) isEvent()    {}

// reply is openvpn's answer to a command.
type reply struct {
	ok   bool
	text string
}

// reader parses what comes over the management socket.
type reader struct {
	lines *bufio.Reader
}

func newReader(r io.Reader) *reader {
	return &reader{lines: bufio.NewReaderSize(r, maxLine)}
}

// next returns an event or, when that is nil, a reply. Errors: the stream's own, errProtocol.
func (r *reader) next() (event, reply, error) {
	line, err := r.line()
	if err != nil {
		return nil, reply{}, err
	}
	if rest, ok := strings.CutPrefix(line, ">"); ok {
		e, err := r.event(rest)
		return e, reply{}, err
	}
	if text, ok := strings.CutPrefix(line, "SUCCESS: "); ok {
		return nil, reply{ok: true, text: text}, nil
	}
	if text, ok := strings.CutPrefix(line, "ERROR: "); ok {
		return nil, reply{text: text}, nil
	}
	return nil, reply{}, fmt.Errorf("%w: neither event nor answer", errProtocol)
}

// line returns the next line without its end.
func (r *reader) line() (string, error) {
	raw, err := r.lines.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fmt.Errorf("%w: line of more than %d bytes", errProtocol, maxLine)
	case errors.Is(err, io.EOF) && len(raw) > 0:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}

// event parses what follows the ">".
func (r *reader) event(line string) (event, error) {
	source, text, ok := strings.Cut(line, ":")
	if !ok {
		return nil, fmt.Errorf("%w: event without a source", errProtocol)
	}
	switch source {
	case "CLIENT":
		return r.client(text)
	case "STATE":
		return parseState(text)
	case "PASSWORD":
		return parsePassword(text), nil
	case "HOLD":
		return holdEvent{}, nil
	case "FATAL":
		return fatalEvent{text: text}, nil
	default:
		return otherEvent{source: source}, nil
	}
}

// client parses >CLIENT: and reads the environment that follows all but ADDRESS.
func (r *reader) client(text string) (event, error) {
	kind, rest, _ := strings.Cut(text, ",")
	fields := strings.Split(rest, ",")
	var e clientEvent
	want := 1
	switch kind {
	case "ADDRESS":
		return parseAddress(fields)
	case "CONNECT":
		e.action, want = clientConnect, 2
	case "REAUTH":
		e.action, want = clientReauth, 2
	case "ESTABLISHED":
		e.action = clientEstablished
	case "DISCONNECT":
		e.action = clientDisconnect
	case "CR_RESPONSE": // an answer to a question that is never asked
		var ignored clientEvent
		return otherEvent{source: "CR_RESPONSE"}, r.environment(&ignored)
	default:
		return nil, fmt.Errorf("%w: unknown client event", errProtocol)
	}
	if len(fields) != want {
		return nil, fmt.Errorf("%w: client event of %d fields", errProtocol, len(fields))
	}
	cid, err := parseNumber(fields[0])
	if err != nil {
		return nil, err
	}
	e.cid = clientID(cid)
	if want == 2 {
		if e.kid, err = parseNumber(fields[1]); err != nil {
			return nil, err
		}
	}
	if err := r.environment(&e); err != nil {
		return nil, err
	}
	return e, nil
}

// environment reads up to ">CLIENT:ENV,END". A name that comes twice must not shadow the first.
func (r *reader) environment(e *clientEvent) error {
	var haveName, havePassword bool
	for range maxEnv {
		line, err := r.line()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		variable, ok := strings.CutPrefix(line, ">CLIENT:ENV,")
		if !ok {
			return fmt.Errorf("%w: environment broken off", errProtocol)
		}
		if variable == "END" {
			return nil
		}
		name, value, _ := strings.Cut(variable, "=")
		switch name {
		case "username":
			if haveName {
				return fmt.Errorf("%w: two user names", errProtocol)
			}
			haveName, e.username = true, value
		case "password":
			if havePassword {
				return fmt.Errorf("%w: two passwords", errProtocol)
			}
			havePassword, e.password = true, value
		}
	}
	return fmt.Errorf("%w: environment of more than %d lines", errProtocol, maxEnv)
}

// parseAddress takes "CID,1.2.3.4,1" or "CID,1.2.3.0/255.255.255.0,0".
func parseAddress(fields []string) (event, error) {
	if len(fields) != 3 {
		return nil, fmt.Errorf("%w: address event of %d fields", errProtocol, len(fields))
	}
	cid, err := parseNumber(fields[0])
	if err != nil {
		return nil, err
	}
	text, mask, masked := strings.Cut(fields[1], "/")
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return nil, fmt.Errorf("%w: client address", errProtocol)
	}
	prefix := netip.PrefixFrom(addr, addr.BitLen())
	if masked {
		bits, err := parseMask(mask, addr)
		if err != nil {
			return nil, err
		}
		prefix = netip.PrefixFrom(addr, bits)
	}
	return addressEvent{cid: clientID(cid), addr: prefix}, nil
}

// parseMask takes a netmask such as 255.255.255.0 or, for IPv6, a length.
func parseMask(mask string, addr netip.Addr) (bits int, err error) {
	bad := fmt.Errorf("%w: network mask", errProtocol)
	if addr.Is6() {
		n, err := parseNumber(mask)
		if err != nil || n > 128 {
			return 0, bad
		}
		return int(n), nil
	}
	parsed, err := netip.ParseAddr(mask)
	if err != nil || !parsed.Is4() {
		return 0, bad
	}
	for bits = range 33 {
		if lastAddr(netip.PrefixFrom(netip.IPv4Unspecified(), bits)) == invert(parsed) {
			return bits, nil
		}
	}
	return 0, bad
}

func invert(addr netip.Addr) netip.Addr {
	raw := addr.As4()
	for i := range raw {
		raw[i] = ^raw[i]
	}
	return netip.AddrFrom4(raw)
}

// parseState takes "time,NAME,detail,…".
func parseState(text string) (event, error) {
	fields := strings.Split(text, ",")
	if len(fields) < 3 {
		return nil, fmt.Errorf("%w: state of %d fields", errProtocol, len(fields))
	}
	return stateEvent{name: fields[1], detail: fields[2]}, nil
}

func parsePassword(text string) event {
	switch {
	case strings.HasPrefix(text, "Need 'Auth'"):
		return passwordEvent{}
	case strings.HasPrefix(text, "Verification Failed"):
		return passwordEvent{refused: true}
	default: // a token, or a question about a key that is never configured
		return otherEvent{source: "PASSWORD"}
	}
}

func parseNumber(text string) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%w: number", errProtocol)
	}
	return uint32(n), nil
}
