package nats_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/certtest"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
	"github.com/mysteriumnetwork/myst/messaging/nats"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	chainID  = 31337
	patience = 20 * time.Second
)

var hub = identity.Address{19: 0x42}

func everybody(context.Context, identity.Address) (bool, error) { return true, nil }

// startBroker starts a broker for the rest of the test; change may be nil.
func startBroker(t *testing.T, change func(*nats.BrokerConfig)) *nats.Broker {
	t.Helper()
	cfg := nats.BrokerConfig{ChainID: chainID, Hub: hub, Listen: "127.0.0.1:0", Registered: everybody}
	if change != nil {
		change(&cfg)
	}
	b, err := nats.StartBroker(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func newKey(t *testing.T) *identity.Key {
	t.Helper()
	k, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// newChannel makes a channel for the rest of the test.
func newChannel(t *testing.T, cfg nats.Config) *nats.Channel {
	t.Helper()
	if cfg.ChainID == 0 {
		cfg.ChainID = chainID
	}
	c, err := nats.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// eventually polls, because connections come and go in goroutines of the library.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for tick := time.NewTicker(5 * time.Millisecond); !condition(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func connected(c *nats.Channel) func() bool {
	return func() bool { h := c.Health(); return len(h) > 0 && h[0].Connected }
}

// certificate makes a self-signed one for 127.0.0.1, and the roots that trust it.
func certificate(t *testing.T) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	made := certtest.New(t, netip.MustParseAddr("127.0.0.1"))
	cert, err := tls.X509KeyPair(made.PEM, made.Key)
	if err != nil {
		t.Fatal(err)
	}
	return &cert, made.Roots()
}

func TestConformance(t *testing.T) {
	cert, roots := certificate(t)
	for _, test := range []struct {
		name string
		cert *tls.Certificate
	}{{"plain", nil}, {"tls", cert}} {
		t.Run(test.name, func(t *testing.T) {
			messagingtest.TestChannel(t, func(t *testing.T) messagingtest.Substrate {
				b := startBroker(t, func(c *nats.BrokerConfig) { c.Certificate = test.cert })
				return messagingtest.Substrate{
					Contact: b.Contact().String(),
					Channel: func(t *testing.T, who identity.Signer, serve bool) messagingtest.ClosableChannel {
						c := newChannel(t, nats.Config{
							Signer: who, Home: []nats.Contact{b.Contact()}, Serve: serve, TLS: &tls.Config{RootCAs: roots},
						})
						eventually(t, "connected", connected(c))
						return c
					},
				}
			})
		})
	}
}

// A consumer has no home broker: it goes where the provider's contact says.
func TestDialsTheContactOfAPeer(t *testing.T) {
	b := startBroker(t, nil)
	provider := newKey(t)
	p := newChannel(t, nats.Config{Signer: provider, Home: []nats.Contact{b.Contact()}, Serve: true})
	c := newChannel(t, nats.Config{Signer: newKey(t)})
	eventually(t, "the provider is connected", connected(p))
	if len(c.Health()) != 0 {
		t.Fatal("connected to a broker that nobody named")
	}
	deliver(t, c, p, messaging.Route{Identity: provider.Address(), Contact: b.Contact().String()}, "hello")
	if h := c.Health(); len(h) != 1 || !h[0].Connected || h[0].Home {
		t.Fatalf("health %+v", h)
	}
}

// deliver sends one envelope and accepts it.
func deliver(t *testing.T, from, to messaging.Channel, route messaging.Route, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	sent := make(chan error, 1)
	go func() { sent <- from.Send(ctx, route, []byte(text)) }() // ends with ctx
	d, err := to.Receive(ctx)
	if err != nil || string(d.Envelope) != text {
		t.Fatalf("received %q, %v; want %q", d.Envelope, err, text)
	}
	d.Accept()
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

// The broker goes away and comes back at the same address; both ends find it again, and a Send that was
// under way in between arrives.
func TestSurvivesABrokerRestart(t *testing.T) {
	b := startBroker(t, nil)
	listen := b.Addr()
	provider := newKey(t)
	home := []nats.Contact{b.Contact()}
	p := newChannel(t, nats.Config{Signer: provider, Home: home, Serve: true})
	c := newChannel(t, nats.Config{Signer: newKey(t), Home: home})
	eventually(t, "both are connected", func() bool { return connected(p)() && connected(c)() })
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both notice", func() bool { return !connected(p)() && !connected(c)() })
	if detail := p.Health()[0].Detail; !strings.Contains(detail, "trying again") {
		t.Fatalf("health says %q", detail)
	}
	route := messaging.Route{Identity: provider.Address(), Contact: home[0].String()}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.Send(ctx, route, []byte("x")); !errors.Is(err, messaging.ErrUnreachable) {
		t.Fatalf("send without a broker: %v", err)
	}
	startBroker(t, func(c *nats.BrokerConfig) { c.Listen = listen })
	eventually(t, "the provider is back", connected(p))
	deliver(t, c, p, route, "after the restart")
}

// An identity that is not registered yet keeps trying, says so, and gets in as soon as it is.
func TestWaitsForRegistration(t *testing.T) {
	var registered atomic.Bool
	b := startBroker(t, func(c *nats.BrokerConfig) {
		c.Registered = func(context.Context, identity.Address) (bool, error) { return registered.Load(), nil }
	})
	c := newChannel(t, nats.Config{Signer: newKey(t), Home: []nats.Contact{b.Contact()}, Serve: true})
	eventually(t, "the refusal shows", func() bool { return strings.Contains(c.Health()[0].Detail, "registered yet") })
	registered.Store(true)
	c.Retry()
	eventually(t, "connected", connected(c))
	if s := b.Stats(); s.Refused == 0 || s.Logins != 1 || s.Connections != 1 {
		t.Fatalf("stats %+v", s)
	}
}

func TestRegistryOutOfOrder(t *testing.T) {
	b := startBroker(t, func(c *nats.BrokerConfig) {
		c.Registered = func(context.Context, identity.Address) (bool, error) { return true, errors.New("database is locked") }
	})
	c := newChannel(t, nats.Config{Signer: newKey(t), Home: []nats.Contact{b.Contact()}})
	eventually(t, "refused", func() bool { return b.Stats().Refused > 0 })
	if c.Health()[0].Connected {
		t.Fatal("let in although the registry did not answer")
	}
}

// With TLS the login names the broker's key, so that a man in the middle with a trusted certificate
// of his own cannot hand the login on.
func TestLoginIsBoundToTheTLSKey(t *testing.T) {
	cert, _ := certificate(t)
	b := startBroker(t, func(c *nats.BrokerConfig) { c.Certificate = cert })
	mitmCert, roots := certificate(t)
	mitm := relayTLS(t, b.Addr(), mitmCert)
	c := newChannel(t, nats.Config{
		Signer: newKey(t), TLS: &tls.Config{RootCAs: roots},
		Home: []nats.Contact{{Hub: hub, URL: "tls://" + mitm}},
	})
	eventually(t, "the broker refuses", func() bool { return b.Stats().Refused > 0 })
	if c.Health()[0].Connected {
		t.Fatal("logged in through a man in the middle")
	}
}

func TestUntrustedCertificate(t *testing.T) {
	cert, _ := certificate(t)
	b := startBroker(t, func(c *nats.BrokerConfig) { c.Certificate = cert })
	_, others := certificate(t)
	c := newChannel(t, nats.Config{Signer: newKey(t), TLS: &tls.Config{RootCAs: others}, Home: []nats.Contact{b.Contact()}})
	eventually(t, "the certificate is refused", func() bool { return strings.Contains(c.Health()[0].Detail, "certificate") })
	if b.Stats().Logins != 0 {
		t.Fatal("logged in past an untrusted certificate")
	}
}

// A tls:// contact never falls back to plain.
func TestNoDowngrade(t *testing.T) {
	b := startBroker(t, nil)
	c := newChannel(t, nats.Config{Signer: newKey(t), Home: []nats.Contact{{Hub: hub, URL: "tls://" + b.Addr()}}})
	eventually(t, "plain is refused", func() bool { return strings.Contains(c.Health()[0].Detail, "secure") })
	if b.Stats().Logins != 0 {
		t.Fatal("logged in without TLS")
	}
}

func TestPortTaken(t *testing.T) {
	b := startBroker(t, nil)
	_, err := nats.StartBroker(t.Context(), nats.BrokerConfig{Hub: hub, Listen: b.Addr(), Registered: everybody})
	if err == nil || !strings.Contains(err.Error(), "address already in use") || !strings.Contains(err.Error(), b.Addr()) {
		t.Fatalf("start on a taken port: %v", err)
	}
	for _, listen := range []string{"", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:70000"} {
		if _, err := nats.StartBroker(t.Context(), nats.BrokerConfig{Hub: hub, Listen: listen, Registered: everybody}); err == nil {
			t.Errorf("started on %q", listen)
		}
	}
}

// The broker ends with its context too, and a second Close is harmless.
func TestBrokerEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b, err := nats.StartBroker(ctx, nats.BrokerConfig{Hub: hub, Listen: "127.0.0.1:0", Registered: everybody})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if conn, err := net.Dial("tcp", b.Addr()); err == nil {
		_ = conn.Close()
		t.Fatal("still listening")
	}
}

// What the server logs is at debug and shows no envelope and no signature.
func TestLogs(t *testing.T) {
	var text lockedBuffer
	logger := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := startBroker(t, func(c *nats.BrokerConfig) { c.Logger = logger })
	provider := newKey(t)
	p := newChannel(t, nats.Config{Signer: provider, Home: []nats.Contact{b.Contact()}, Serve: true})
	eventually(t, "connected", connected(p))
	c := newChannel(t, nats.Config{Signer: newKey(t)})
	deliver(t, c, p, messaging.Route{Identity: provider.Address(), Contact: b.Contact().String()}, "the payload")
	out := text.String()
	if !strings.Contains(out, "Listening for client connections") || strings.Contains(out, "level=INFO") ||
		strings.Contains(out, "the payload") {
		t.Fatalf("log:\n%s", out)
	}
}

func TestContacts(t *testing.T) {
	good := "nats://" + hub.String() + "@hub.example:4222"
	for in, want := range map[string]string{
		good: good, "nats://" + hub.String() + "@Hub.example": good,
		"tls://" + strings.ToLower(hub.String()) + "@[::1]:1": "tls://" + hub.String() + "@[::1]:1",
	} {
		c, err := nats.ParseContact(in)
		if err != nil || c.String() != want {
			t.Errorf("ParseContact(%q) = %v, %v; want %q", in, c, err, want)
		}
	}
	for _, in := range []string{
		"", "hub.example:4222", "nats://hub.example:4222", "http://" + hub.String() + "@h:1", good + "/x", good + "?x=1", good + "#x",
		"nats://" + hub.String() + ":password@h:1", "nats://0x12@h:1", "nats://" + hub.String() + "@", good + strings.Repeat("1", 400),
		"nats://" + hub.String() + "@:4222", "nats://" + hub.String() + "@h:port",
	} {
		if c, err := nats.ParseContact(in); err == nil {
			t.Errorf("ParseContact(%q) = %v", in, c)
		}
	}
	if _, err := nats.New(t.Context(), nats.Config{Signer: newKey(t), Home: []nats.Contact{{URL: "nats://h:1/x"}}}); err == nil {
		t.Error("channel with a malformed home")
	}
}

func FuzzParseContact(f *testing.F) {
	f.Add("nats://" + hub.String() + "@hub.example:4222")
	f.Add("tls://" + hub.String() + "@[::1]")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := nats.ParseContact(s)
		if err != nil {
			return
		}
		again, err := nats.ParseContact(c.String())
		if err != nil || again != c {
			t.Fatalf("%q reads as %v, which reads back as %v, %v", s, c, again, err)
		}
	})
}

// At most sixteen brokers away from home are kept; the one used longest ago goes.
func TestForgetsOldBrokers(t *testing.T) {
	b := startBroker(t, nil)
	c := newChannel(t, nats.Config{Signer: newKey(t), Home: []nats.Contact{b.Contact()}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 20 {
		contact := nats.Contact{Hub: identity.Address{byte(i + 1)}, URL: b.URL()}
		if err := c.Send(ctx, messaging.Route{Contact: contact.String()}, nil); !errors.Is(err, messaging.ErrUnreachable) &&
			!errors.Is(err, messaging.ErrNoReceipt) {
			t.Fatal(err)
		}
	}
	health := c.Health()
	if len(health) != 17 || !health[0].Home {
		t.Fatalf("%d brokers, the first %+v", len(health), health[0])
	}
	for _, h := range health {
		if h.Contact.Hub[0] >= 1 && h.Contact.Hub[0] <= 4 {
			t.Fatalf("kept %v", h.Contact)
		}
	}
}

func ExampleContact() {
	c, err := nats.ParseContact("tls://0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf@hub.example")
	fmt.Println(c.Hub, c.URL, err)
	// Output: 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf tls://hub.example:4222 <nil>
}
