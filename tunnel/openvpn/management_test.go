package openvpn

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// peer plays openvpn's end of the management socket.
type peer struct {
	t     *testing.T
	conn  net.Conn
	lines *bufio.Reader
}

// newPeer connects a management to a scripted openvpn, which has answered the first command.
func newPeer(t *testing.T, handle func(*management, event)) (*peer, *management) {
	t.Helper()
	ours, theirs := net.Pipe()
	m := newManagement(ours, handle)
	p := &peer{t: t, conn: theirs, lines: bufio.NewReader(theirs)}
	t.Cleanup(func() {
		_ = theirs.Close()
		m.close()
	})
	p.expect("state on")
	p.say("SUCCESS: real-time state notification set to ON")
	return p, m
}

func (p *peer) say(lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(p.conn, line+"\r\n"); err != nil {
			p.t.Errorf("openvpn cannot say %q: %v", line, err)
		}
	}
}

func (p *peer) expect(lines ...string) {
	p.t.Helper()
	for _, want := range lines {
		got, err := p.lines.ReadString('\n')
		if err != nil || strings.TrimSuffix(got, "\n") != want {
			p.t.Fatalf("command %q, %v, want %q", got, err, want)
		}
	}
}

func ignore(*management, event) {}

func TestCommands(t *testing.T) {
	p, m := newPeer(t, ignore)
	id, credential := tunnel.SessionID{0: 0xab, 15: 1}, tunnel.Credential{0: 0xcd, 31: 2}
	for _, c := range []struct {
		give func() error
		want []string
	}{
		{func() error { return m.admit(1, 2, netip.MustParsePrefix("10.182.0.7/16")) },
			[]string{"client-auth 1 2", "ifconfig-push 10.182.0.7 255.255.0.0", "END"}},
		{func() error { return m.renew(4294967295, 3) }, []string{"client-auth-nt 4294967295 3"}},
		{func() error { return m.deny(1, 2) }, []string{`client-deny 1 2 "refused"`}},
		{func() error { return m.kill(1) }, []string{"client-kill 1 HALT"}},
		{m.terminate, []string{"signal SIGTERM"}},
	} {
		for _, answer := range []string{"SUCCESS: fine", "ERROR: no"} {
			result := make(chan error)
			go func() { result <- c.give() }()
			p.expect(c.want...)
			p.say(">LOG:1,I,in between", answer)
			if err := <-result; (err == nil) != strings.HasPrefix(answer, "S") || err != nil && !errors.Is(err, errCommand) {
				t.Errorf("%q answered with %q: %v", c.want, answer, err)
			}
		}
	}
	result := make(chan error)
	go func() { result <- m.login(id, credential) }()
	p.expect(`username "Auth" ab000000000000000000000000000001`)
	p.say("SUCCESS: 'Auth' username entered, but not yet verified")
	p.expect(`password "Auth" cd00000000000000000000000000000000000000000000000000000000000002`)
	p.say("SUCCESS: 'Auth' password entered, but not yet verified")
	if err := <-result; err != nil {
		t.Error(err)
	}
}

func TestHoldIsReleased(t *testing.T) {
	var seen []event
	p, m := newPeer(t, func(_ *management, e event) { seen = append(seen, e) })
	for range 2 {
		p.say(">HOLD:Waiting for hold release:0")
		p.expect("hold release")
		p.say("SUCCESS: hold release succeeded")
	}
	_ = p.conn.Close()
	m.close()
	if len(seen) != 2 {
		t.Errorf("handler saw %v", seen)
	}
}

// The handler may give commands, and events that come meanwhile wait in order.
func TestCommandsOfHandler(t *testing.T) {
	var names []string
	done := make(chan struct{})
	p, _ := newPeer(t, func(m *management, e event) {
		state := e.(stateEvent)
		if err := m.kill(1); err != nil {
			t.Error(err)
		}
		if names = append(names, state.name); len(names) == 3 {
			close(done)
		}
	})
	p.say(">STATE:1,A,", ">STATE:1,B,", ">STATE:1,C,")
	for range 3 {
		p.expect("client-kill 1 HALT")
		p.say("SUCCESS: x")
	}
	<-done
	if got := strings.Join(names, ""); got != "ABC" {
		t.Errorf("order %q", got)
	}
}

// Answers find the command they belong to, whoever gives how many.
func TestManyCommands(t *testing.T) {
	p, m := newPeer(t, ignore)
	go func() {
		for range 100 {
			line, err := p.lines.ReadString('\n')
			if err != nil {
				t.Error(err)
				return
			}
			p.say(">LOG:1,I,x", "SUCCESS: "+strings.TrimSpace(line))
		}
	}()
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			want := "say " + strings.Repeat("x", i)
			for range 10 {
				if got, err := m.command(want); err != nil || got != strings.TrimSpace(want) {
					t.Errorf("%q, %v, want %q", got, err, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestNoSecondCommandInOne(t *testing.T) {
	_, m := newPeer(t, ignore)
	for _, bad := range []string{"kill\nsignal SIGTERM", "a\r", "a\x00", "a\tb", "ä"} {
		if _, err := m.command(bad); !errors.Is(err, errProtocol) {
			t.Errorf("%q: %v, want errProtocol", bad, err)
		}
	}
}

func TestConnectionEndsForGood(t *testing.T) {
	for name, c := range map[string]struct {
		sabotage func(p *peer)
		want     error
	}{
		"garbage":           {func(p *peer) { p.say("hello") }, errProtocol},
		"unasked answer":    {func(p *peer) { p.say("SUCCESS: x") }, errProtocol},
		"broken event":      {func(p *peer) { p.say(">CLIENT:CONNECT,x") }, errProtocol},
		"too many events":   {func(p *peer) { p.flood() }, errProtocol},
		"broken off":        {func(p *peer) { _, _ = io.WriteString(p.conn, ">HO"); _ = p.conn.Close() }, io.ErrUnexpectedEOF},
		"socket closed":     {func(p *peer) { _ = p.conn.Close() }, nil},
		"password question": {func(p *peer) { _, _ = io.WriteString(p.conn, "ENTER PASSWORD:\n") }, errProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			block := make(chan struct{})
			p, m := newPeer(t, func(*management, event) { <-block })
			c.sabotage(p)
			<-m.done()
			close(block)
			if err := m.why(); err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if _, err := m.command("x"); !errors.Is(err, m.why()) {
				t.Errorf("command afterwards: %v", err)
			}
		})
	}
}

// flood sends more events than are kept while the handler hangs.
func (p *peer) flood() {
	for range maxEvents + 2 {
		if _, err := io.WriteString(p.conn, ">HOLD:x\n"); err != nil {
			return
		}
	}
}

func TestSilentOpenvpn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, m := newPeer(t, ignore)
		began := time.Now()
		result := make(chan error)
		go func() { _, err := m.command("x"); result <- err }()
		p.expect("x")
		if err := <-result; !errors.Is(err, errTimeout) || time.Since(began) != commandTimeout {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		<-m.done() // a late answer must not be taken for that of the next command
	})
}

// A peer that does not even read.
func TestStuckOpenvpn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m := newPeer(t, ignore)
		began := time.Now()
		if _, err := m.command("x"); err == nil || time.Since(began) != commandTimeout {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		<-m.done()
	})
}

func TestCloseOfManagement(t *testing.T) {
	_, m := newPeer(t, ignore)
	m.close()
	m.close()
	if err := m.why(); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("%v, want ErrClosed", err)
	}
	if _, err := m.command("x"); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("command after close: %v, want ErrClosed", err)
	}
}
