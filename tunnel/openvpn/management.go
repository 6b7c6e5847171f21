package openvpn

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// commandTimeout is how long openvpn may take to answer. It answers at once unless it hangs.
const commandTimeout = 10 * time.Second

// maxEvents is how many events may wait for the handler.
const maxEvents = 4096

// errCommand says that openvpn refused a command: the client that it names is gone, most likely. The
// connection goes on.
var errCommand = errors.New("openvpn refused a command")

// errTimeout says that openvpn did not answer in time.
var errTimeout = errors.New("openvpn does not answer")

// management is the connection to one openvpn process. Commands may come from any goroutine, also
// from the event handler. When anything is wrong with the connection it is closed for good, which
// ends the process: openvpn exits when it loses the management socket.
type management struct {
	conn    net.Conn
	handle  func(*management, event)
	timeout time.Duration

	commands sync.Mutex // one at a time: an answer does not say what it answers
	answers  chan reply
	events   chan event
	closed   chan struct{}
	readers  sync.WaitGroup

	mu      sync.Mutex
	waiting bool // a command waits for its answer
	err     error
}

// newManagement takes a connection that openvpn opened. Every event is given to handle, in order,
// by one goroutine, which may give commands. Openvpn is released from each hold at once.
func newManagement(conn net.Conn, handle func(*management, event)) *management {
	m := &management{
		conn:    conn,
		handle:  handle,
		timeout: commandTimeout,
		answers: make(chan reply, 1),
		events:  make(chan event, maxEvents),
		closed:  make(chan struct{}),
	}
	m.readers.Add(2)
	go m.read()
	go m.dispatch()
	return m
}

// done is closed when the connection is.
func (m *management) done() <-chan struct{} { return m.closed }

// why returns what ended the connection, tunnel.ErrClosed after close, nil before.
func (m *management) why() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// close ends the connection, and so the process, and waits for the goroutines. It must not be called
// by the event handler.
func (m *management) close() {
	m.fail(tunnel.ErrClosed)
	m.readers.Wait()
}

// fail closes the connection for the first reason given.
func (m *management) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return
	}
	m.err = err
	close(m.closed)
	_ = m.conn.Close() // nothing is left to be written
}

// read ends with the connection.
func (m *management) read() {
	defer m.readers.Done()
	defer close(m.events)
	r := newReader(m.conn)
	for {
		e, answer, err := r.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("openvpn closed its management socket")
			}
			m.fail(err)
			return
		}
		if e == nil {
			if !m.answer(answer) {
				m.fail(fmt.Errorf("%w: answer to nothing", errProtocol))
				return
			}
			continue
		}
		select {
		case m.events <- e:
		default:
			// Waiting here would also hold up the answer that the handler waits for.
			m.fail(fmt.Errorf("%w: more than %d events at once", errProtocol, maxEvents))
			return
		}
	}
}

// dispatch ends when read does and all that was read is handled.
func (m *management) dispatch() {
	defer m.readers.Done()
	_, _ = m.command("state on") // a failure of the connection shows in done
	for e := range m.events {
		m.handle(m, e)
		if _, ok := e.(holdEvent); ok {
			_, _ = m.command("hold release") // likewise
		}
	}
}

func (m *management) answer(a reply) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.waiting {
		return false
	}
	m.waiting = false
	m.answers <- a // has room: there is one answer to one command
	return true
}

// command sends one command, which may have several lines, and returns the text of its success.
// Errors: errCommand; all others have closed the connection.
func (m *management) command(lines ...string) (string, error) {
	for _, line := range lines {
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			return "", fmt.Errorf("%w: a command of this program is not printable", errProtocol)
		}
	}
	m.commands.Lock()
	defer m.commands.Unlock()
	m.mu.Lock()
	if m.err != nil {
		defer m.mu.Unlock()
		return "", m.err
	}
	m.waiting = true
	m.mu.Unlock()

	deadline := time.Now().Add(m.timeout)
	err := m.conn.SetWriteDeadline(deadline)
	if err == nil {
		_, err = io.WriteString(m.conn, strings.Join(lines, "\n")+"\n")
	}
	if err != nil {
		m.fail(fmt.Errorf("give openvpn a command: %w", err))
		return "", m.why()
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case a := <-m.answers:
		if !a.ok {
			return "", fmt.Errorf("%w: %q", errCommand, a.text)
		}
		return a.text, nil
	case <-timer.C:
		m.fail(errTimeout)
	case <-m.closed:
	}
	return "", m.why()
}

// admit answers CONNECT: the client gets the address, whose length is that of the tunnel's network.
func (m *management) admit(cid clientID, kid uint32, address netip.Prefix) error {
	_, err := m.command(
		fmt.Sprintf("client-auth %d %d", cid, kid),
		fmt.Sprintf("ifconfig-push %v %v", address.Addr(), netmask(address)),
		"END")
	return err
}

// renew answers REAUTH: the client may go on.
func (m *management) renew(cid clientID, kid uint32) error {
	_, err := m.command(fmt.Sprintf("client-auth-nt %d %d", cid, kid))
	return err
}

// deny answers CONNECT and REAUTH. The client hears no reason. A connection that is up lives on for a
// while, until it is killed.
func (m *management) deny(cid clientID, kid uint32) error {
	_, err := m.command(fmt.Sprintf(`client-deny %d %d "refused"`, cid, kid))
	return err
}

// kill ends a client's connection. The client is told to exit, not to connect again.
func (m *management) kill(cid clientID) error {
	_, err := m.command(fmt.Sprintf("client-kill %d HALT", cid))
	return err
}

// login gives a client's openvpn its credential.
func (m *management) login(id tunnel.SessionID, credential tunnel.Credential) error {
	if _, err := m.command(`username "Auth" ` + hex.EncodeToString(id[:])); err != nil {
		return err
	}
	_, err := m.command(`password "Auth" ` + hex.EncodeToString(credential[:]))
	return err
}

// terminate asks openvpn to say good-bye to its peer and exit.
func (m *management) terminate() error {
	_, err := m.command("signal SIGTERM")
	return err
}
