package openvpn

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

func TestHandshake(t *testing.T) {
	h := newHosts(t)
	server := h.serve(t)
	session, s := h.session(t, 2)
	c := h.dial(t, "tunc", s, session.id, session.credential)
	c.state(t, "CONNECTED")
	if !session.connected() {
		t.Error("provider does not know that the consumer is connected")
	}
	if !h.ping(t, s.address.Addr(), "tunc") {
		t.Error("no packet gets through")
	}
	// The secrets are nowhere to be seen.
	for _, p := range []*process{server, c.process} {
		checkNoTrace(t, p)
	}
	log := h.log.String()
	for name, secret := range map[string]string{
		"credential": fmt.Sprintf("%x", session.credential), "client key": string(s.key.pem()[60:100]),
		"server key": string(h.server.key.pem()[60:100]), "private key": string(h.server.certificate.keyPEM[40:80]),
	} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds the %s", name)
		}
	}
	if !strings.Contains(log, "Initialization Sequence Completed") {
		t.Error("openvpn's lines are not in the log")
	}
	// The end of all sessions ends the consumer's openvpn. The provider's, stopped at once, might not get its message out.
	h.admission.close()
	await(t, c.done(), "the consumer to hear of the end")
	server.stop()
	if err := server.why(); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("stopped server: %v, want ErrClosed", err)
	}
}

// When a session ends its client is ended, and nothing passes any more.
func TestSessionEnds(t *testing.T) {
	h := newHosts(t)
	h.serve(t)
	session, s := h.session(t, 2)
	c := h.dial(t, "tunc", s, session.id, session.credential)
	c.state(t, "CONNECTED")
	session.close()
	await(t, c.done(), "killed client to exit")
	if err := c.why(); err == nil || errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("killed client: %v", err)
	}
	if h.ping(t, s.address.Addr(), "tunc") {
		t.Error("packets get through after the end")
	}
}

func TestHandshakeRefused(t *testing.T) {
	h := newHosts(t)
	h.serve(t)
	session, s := h.session(t, 2)
	// A wrong credential ends the client.
	c := h.dial(t, "tunc1", s, session.id, tunnel.Credential{})
	c.state(t, "REFUSED")
	await(t, c.done(), "refused client to exit")
	if err := c.why(); !errors.Is(err, errRefused) {
		t.Errorf("refused client: %v, want errRefused", err)
	}
	if session.connected() {
		t.Error("connected with a wrong credential")
	}
	// A server with another certificate than the one that was offered gets no credential.
	wrong := clientConfig{device: "tunc1", key: s.key, offer: offer{endpoint: h.server.listen, mtu: h.server.mtu}}
	c = h.dialWith(t, wrong, session.id, session.credential)
	c.state(t, "AUTH")
	c.state(t, "RECONNECTING")
	if session.connected() {
		t.Error("connected to a server with a wrong certificate")
	}
	c.stop()
	// A tls-crypt-v2 key of another server is not answered at all.
	stranger := newServerKey()
	s.key = stranger.newClientKey(session.id)
	strange := clientConfig{device: "tunc1", key: s.key, offer: offer{
		endpoint: h.server.listen, fingerprint: h.server.certificate.fingerprint, mtu: h.server.mtu,
	}}
	c = h.dialWith(t, strange, session.id, session.credential)
	c.state(t, "WAIT")
	eventually(t, "server to notice", func() bool {
		return strings.Contains(h.log.String(), "tls-crypt-v2 unwrap error") || strings.Contains(h.log.String(), "Can not unwrap tls-crypt-v2 client key")
	})
	c.stop()
}

// The newest client that knows the credential has the session. The older one is told, if openvpn has the time to: it drops
// a client by itself when one of the same name comes.
func TestNewestClientWins(t *testing.T) {
	h := newHosts(t)
	h.serve(t)
	session, s := h.session(t, 2)
	first := h.dial(t, "tunc1", s, session.id, session.credential)
	first.state(t, "CONNECTED")
	second := h.dial(t, "tunc2", s, session.id, session.credential)
	second.state(t, "CONNECTED")
	eventually(t, "the newest client to be connected", func() bool { return h.ping(t, s.address.Addr(), "tunc2") })
	if !session.connected() {
		t.Error("provider does not know that the newest client is connected")
	}
	if h.ping(t, s.address.Addr(), "tunc1") {
		t.Error("packets of an older client get through")
	}
}

// Every new data key asks whether the session is still open. openvpn refuses a client by itself when it was not
// answered within half the time of a key, counted in whole seconds; so that time is not shorter here.
func TestRenegotiation(t *testing.T) {
	h := newHosts(t)
	h.server.renegotiate = 8 * time.Second
	keys := make(chan clientEvent, 100)
	h.serveWatched(t, keys)
	session, s := h.session(t, 2)
	c := h.dial(t, "tunc", s, session.id, session.credential)
	c.state(t, "CONNECTED")
	for _, want := range []clientAction{clientConnect, clientEstablished, clientReauth} {
		select {
		case e := <-keys:
			if e.action != want {
				t.Fatalf("event %v, want %v", e.action, want)
			}
		case <-time.After(patience):
			t.Fatalf("no event %v", want)
		}
	}
	if !h.ping(t, s.address.Addr(), "tunc") {
		t.Error("no packet gets through after new keys")
	}
	// The session ends behind openvpn's back: the next key is refused and the client ended.
	h.admission.mu.Lock()
	delete(h.admission.sessions, session.id)
	h.admission.mu.Unlock()
	await(t, c.done(), "client of an ended session to be ended")
}

// serveWatched is serve that also passes the clients' events on.
func (h *hosts) serveWatched(t *testing.T, seen chan<- clientEvent) {
	t.Helper()
	up := make(chan struct{}, 1)
	h.start(t, h.provider, h.server, func(m *management, e event) {
		switch e := e.(type) {
		case holdEvent:
			h.admission.attach(m)
		case stateEvent:
			if e.name == "CONNECTED" {
				up <- struct{}{}
			}
		case clientEvent:
			seen <- e
		}
		h.admission.handle(e)
	})
	await(t, up, "server to listen")
}

// TestServerKilled kills the server's process: the session lives on over a new one.
func TestServerKilled(t *testing.T) {
	h := newHosts(t)
	server := h.serve(t)
	session, s := h.session(t, 2)
	c := h.dial(t, "tunc", s, session.id, session.credential)
	c.state(t, "CONNECTED")
	if err := server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	await(t, server.done(), "killed server")
	if err := server.why(); err == nil || errors.Is(err, tunnel.ErrClosed) || !strings.Contains(err.Error(), "killed") {
		t.Errorf("killed server: %v", err)
	}
	h.serve(t)
	// The consumer notices by itself when it hears nothing.
	deadline := time.After(patience)
	for connected := false; !connected; {
		select {
		case state := <-c.states:
			connected = state == "CONNECTED"
		case <-deadline:
			t.Fatal("consumer does not come back")
		}
	}
	if !h.ping(t, s.address.Addr(), "tunc") {
		t.Error("no packet gets through the new server")
	}
}

// joined is a configuration with options of its own behind it.
type joined struct {
	renderer
	options string
}

func (j joined) render(socket string) ([]byte, error) {
	config, err := j.renderer.render(socket)
	return append(config, j.options...), err
}

// A provider that pushes what it likes changes nothing at the consumer's end.
func TestPushyServer(t *testing.T) {
	h := newHosts(t)
	up := make(chan struct{}, 1)
	h.start(t, h.provider, joined{h.server, `
push "route 0.0.0.0 0.0.0.0"
push "route 192.0.2.1 255.255.255.255"
push "redirect-gateway def1"
push "route-gateway 10.182.0.1"
push "dhcp-option DNS 10.182.0.1"
push "ifconfig-ipv6 fd00::2/64 fd00::1"
push "ping-exit 1"
push "ping-restart 1"
push "inactive 1"
push "tun-mtu 600"
push "auth-token abc"
push "echo hello"
push "setenv-safe a b"
push "topology net30"
push "sndbuf 1"
push "cipherx"
`}, func(m *management, e event) {
		if _, ok := e.(holdEvent); ok {
			h.admission.attach(m)
		}
		if state, ok := e.(stateEvent); ok && state.name == "CONNECTED" {
			up <- struct{}{}
		}
		h.admission.handle(e)
	})
	await(t, up, "server to listen")
	session, s := h.session(t, 2)
	makeDevice(h.consumer, "tunc", s.address)
	look := func() string {
		routes := strings.ReplaceAll(h.consumer.Run("ip", "-4", "route", "show", "table", "all"), " linkdown", "") // until openvpn has the device
		return routes + h.consumer.Run("ip", "-4", "-o", "addr") + h.consumer.Run("ip", "rule")
	}
	before := look()
	config := clientConfig{device: "tunc", key: s.key, offer: offer{
		endpoint: h.server.listen, fingerprint: h.server.certificate.fingerprint, mtu: h.server.mtu,
	}}
	c := h.dialWith(t, config, session.id, session.credential)
	c.state(t, "CONNECTED")
	if after := look(); after != before {
		t.Errorf("the network of the consumer was\n%s\nand is\n%s", before, after)
	}
	select { // longer than what was pushed
	case <-c.done():
		t.Fatalf("consumer ended: %v", c.why())
	case state := <-c.states:
		t.Fatalf("consumer is %s", state)
	case <-time.After(2500 * time.Millisecond):
	}
	if !h.ping(t, s.address.Addr(), "tunc") {
		t.Error("no packet gets through")
	}
}

// A client that says as much of itself as openvpn lets it does not disturb the others.
func TestTalkativePeer(t *testing.T) {
	h := newHosts(t)
	server := h.serve(t)
	session, s := h.session(t, 2)
	makeDevice(h.consumer, "tunc", s.address)
	var options strings.Builder
	options.WriteString("\npush-peer-info\n")
	for i := range 200 {
		fmt.Fprintf(&options, "setenv UV_%d \"END >CLIENT:ENV,END username=%d\"\n", i, i)
	}
	fmt.Fprintf(&options, "setenv UV_long \"%s\"\n", strings.Repeat("x", 200))
	c := h.dialWith(t, joined{clientConfig{device: "tunc", key: s.key, offer: offer{
		endpoint: h.server.listen, fingerprint: h.server.certificate.fingerprint, mtu: h.server.mtu,
	}}, options.String()}, session.id, session.credential)
	eventually(t, "client to be let in or refused", func() bool {
		return session.connected() || c.why() != nil || strings.Contains(h.log.String(), "TLS Error")
	})
	t.Logf("connected: %v", session.connected())
	c.stop()
	if err := server.why(); err != nil {
		t.Fatalf("server ended: %v", err)
	}
	other, s := h.session(t, 3)
	quiet := h.dial(t, "tunq", s, other.id, other.credential)
	quiet.state(t, "CONNECTED")
}
