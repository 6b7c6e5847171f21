package nats_test

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/nats"
)

const (
	channelA = "000102030405060708090a0b0c0d0e0f"
	channelB = "f00102030405060708090a0b0c0d0e0f"
	aReceipt = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// attempt is a login that a test can spoil.
type attempt struct {
	who     string // nkey
	signer  identity.Signer
	chainID uint64
	hub     identity.Address
	tlsKey  [32]byte
	nonce   []byte // nil is the broker's
	life    time.Duration
	spoil   func(proof []byte) []byte
	options []natsgo.Option
}

func honest(t *testing.T) attempt {
	k := newKey(t)
	return attempt{
		who: k.Address().String(), signer: k, chainID: chainID, hub: hub, life: 2 * time.Minute,
		options: []natsgo.Option{natsgo.Name(channelA)},
	}
}

// connect logs in with the plain NATS library. violations receives what the broker objects to later.
func (a attempt) connect(t *testing.T, b *nats.Broker) (conn *natsgo.Conn, violations <-chan error, err error) {
	t.Helper()
	objections := make(chan error, 100)
	options := append([]natsgo.Option{
		natsgo.Nkey(a.who, func(nonce []byte) ([]byte, error) {
			if a.nonce != nil {
				nonce = a.nonce
			}
			proof, err := nats.LoginProof(a.signer, a.chainID, a.hub, a.tlsKey, nonce, time.Now().Add(a.life))
			if a.spoil != nil {
				proof = a.spoil(proof)
			}
			return proof, err
		}),
		natsgo.NoReconnect(), natsgo.SkipSubjectValidation(),
		natsgo.ErrorHandler(func(_ *natsgo.Conn, _ *natsgo.Subscription, err error) { objections <- err }),
	}, a.options...)
	conn, err = natsgo.Connect(b.URL(), options...)
	if err == nil {
		t.Cleanup(conn.Close)
	}
	return conn, objections, err
}

func mustConnect(t *testing.T, b *nats.Broker, a attempt) (*natsgo.Conn, <-chan error) {
	t.Helper()
	conn, violations, err := a.connect(t, b)
	if err != nil {
		t.Fatal(err)
	}
	return conn, violations
}

func TestLogin(t *testing.T) {
	stranger := newKey(t)
	b := startBroker(t, func(c *nats.BrokerConfig) {
		c.Registered = func(_ context.Context, who identity.Address) (bool, error) { return who != stranger.Address(), nil }
	})
	mustConnect(t, b, honest(t))
	for name, spoil := range map[string]func(*attempt){
		"unregistered":          func(a *attempt) { a.signer, a.who = stranger, stranger.Address().String() },
		"somebody else's name":  func(a *attempt) { a.who = newKey(t).Address().String() },
		"another hub's":         func(a *attempt) { a.hub[0] ^= 1 },
		"another chain's":       func(a *attempt) { a.chainID++ },
		"another TLS key's":     func(a *attempt) { a.tlsKey[0] = 1 },
		"another connection's":  func(a *attempt) { a.nonce = []byte("AAAAAAAAAAAAAAA") },
		"expired":               func(a *attempt) { a.life = -3 * time.Minute },
		"valid for too long":    func(a *attempt) { a.life = 10 * time.Minute },
		"later expiry unsigned": func(a *attempt) { a.spoil = func(p []byte) []byte { p[7] ^= 1; return p } },
		"absurd expiry":         func(a *attempt) { a.spoil = func(p []byte) []byte { p[0] = 0xff; return p } },
		"signature damaged":     func(a *attempt) { a.spoil = func(p []byte) []byte { p[20] ^= 1; return p } },
		"signature short":       func(a *attempt) { a.spoil = func(p []byte) []byte { return p[:40] } },
		"no signature":          func(a *attempt) { a.spoil = func([]byte) []byte { return nil } },
		"not an address":        func(a *attempt) { a.who = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4" },
		"channel ID missing":    func(a *attempt) { a.options = nil },
		"channel ID a wildcard": func(a *attempt) { a.options = []natsgo.Option{natsgo.Name("*")} },
		"channel ID upper case": func(a *attempt) { a.options = []natsgo.Option{natsgo.Name(strings.ToUpper(channelA))} },
	} {
		t.Run(name, func(t *testing.T) {
			a := honest(t)
			spoil(&a)
			if _, _, err := a.connect(t, b); !errors.Is(err, natsgo.ErrAuthorization) {
				t.Fatalf("login: %v", err)
			}
		})
	}
	for name, options := range map[string][]natsgo.Option{
		"anonymous": nil,
		"password":  {natsgo.UserInfo("admin", "admin")},
		"token":     {natsgo.Token("secret")},
	} {
		if conn, err := natsgo.Connect(b.URL(), append(options, natsgo.NoReconnect())...); !errors.Is(err, natsgo.ErrAuthorization) {
			t.Errorf("%s login: %v, %v", name, conn, err)
		}
	}
}

// The digest of a login, made up by hand from the description in doc.go.
func TestLoginDigest(t *testing.T) {
	expires := time.UnixMilli(1_800_000_000_000)
	tlsKey := [32]byte{31: 7}
	want := []byte("myst/nats-login/v1\x00")
	want = append(want, 0, 0, 0, 0, 0, 0, 0x7a, 0x69)
	want = append(want, hub[:]...)
	want = append(want, tlsKey[:]...)
	want = append(want, "nonce"...)
	want = binary.BigEndian.AppendUint64(want, 1_800_000_000_000)
	if got := nats.LoginDigest(chainID, hub, tlsKey, []byte("nonce"), expires); got != identity.Keccak256(want) {
		t.Fatalf("digest %x", got)
	}
	const vector = "95b274bf28fe5aedc7bed90fa98a2a3945312a56a44ee55b89342770475eeee4"
	if got := nats.LoginDigest(chainID, hub, tlsKey, []byte("nonce"), expires); hex.EncodeToString(got[:]) != vector {
		t.Fatalf("digest %x, want %s", got, vector)
	}
}

func TestSubscriptions(t *testing.T) {
	b := startBroker(t, nil)
	a := honest(t)
	self, other := nats.Token(a.signer.Address()), nats.Token(newKey(t).Address())
	conn, violations := mustConnect(t, b, a)
	for _, subject := range []string{
		nats.InboxSubject(self, "*"), nats.ReplySubject(self, channelA, "*"), nats.ReceiptSubject(self, channelA, "*", "*"),
	} {
		if err := subscribe(t, conn, violations, subject, false); err != nil {
			t.Errorf("subscribe to its own %s: %v", subject, err)
		}
	}
	for _, subject := range []string{
		">", "*", "*.>", "*.*", "*.*.*.*", "$SYS.>", "$SYS.ACCOUNT.>", "$JS.>", "_INBOX.>", "_INBOX.*", "myst.>", "myst.*.>",
		"myst.in.>", "myst.in.*", "myst.in.*.*", "myst.in." + other, nats.InboxSubject(other, "*"), nats.InboxSubject(other, self),
		nats.InboxSubject("*", self), "*.in." + self + ".*", "myst.*." + self + ".*",
		nats.ReplySubject(other, channelA, "*"), nats.ReplySubject("*", channelA, "*"),
		nats.ReplySubject(self, channelB, "*"), nats.ReplySubject(self, "*", "*"), "myst.re." + self + ".>",
		nats.ReceiptSubject(other, channelA, "*", "*"), nats.ReceiptSubject(self, channelB, "*", "*"),
		nats.ReceiptSubject("*", "*", self, "*"), "myst.ack.>", "myst.ack." + self + ".>",
	} {
		if err := subscribe(t, conn, violations, subject, true); !errors.Is(err, natsgo.ErrPermissionViolation) {
			t.Errorf("subscribe to %s: %v", subject, err)
		}
		// A queue group is no way around it.
		if err := subscribe(t, conn, violations, subject+" group", true); !errors.Is(err, natsgo.ErrPermissionViolation) {
			t.Errorf("subscribe to %s in a group: %v", subject, err)
		}
	}
}

// subscribe returns what the broker objects to. A group may follow the subject.
func subscribe(t *testing.T, conn *natsgo.Conn, violations <-chan error, subject string, refused bool) error {
	t.Helper()
	subject, group, _ := strings.Cut(subject, " ")
	s, err := conn.QueueSubscribeSync(subject, group)
	if err == nil {
		err = conn.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Unsubscribe() }() // one that was refused is gone already
	return objection(t, conn, violations, refused)
}

// objection returns what the broker objects to after everything sent so far. When an objection must
// come it is waited for; else a moment has to do, because silence has no end.
func objection(t *testing.T, conn *natsgo.Conn, violations <-chan error, expected bool) error {
	t.Helper()
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	wait := 20 * time.Millisecond
	if expected {
		wait = patience
	}
	select {
	case err := <-violations:
		return err
	case <-time.After(wait):
		return nil
	}
}

func TestPublications(t *testing.T) {
	b := startBroker(t, nil)
	a := honest(t)
	self, other, third := nats.Token(a.signer.Address()), nats.Token(newKey(t).Address()), nats.Token(newKey(t).Address())
	conn, violations := mustConnect(t, b, a)
	for _, subject := range []string{
		nats.InboxSubject(other, self), nats.ReplySubject(other, channelB, self), nats.ReceiptSubject(other, channelB, self, aReceipt),
	} {
		if err := publish(t, conn, violations, subject, false); err != nil {
			t.Errorf("publish to %s: %v", subject, err)
		}
	}
	for _, subject := range []string{
		"x", "myst", "$SYS.REQ.SERVER.PING", "$JS.API.INFO", "_INBOX.abc", "myst.in." + other,
		nats.InboxSubject(other, third), nats.ReplySubject(other, channelB, third), nats.InboxSubject(self, other),
		nats.ReceiptSubject(other, channelB, third, aReceipt), nats.ReceiptSubject(self, channelA, other, aReceipt),
	} {
		if err := publish(t, conn, violations, subject, true); !errors.Is(err, natsgo.ErrPermissionViolation) {
			t.Errorf("publish to %s: %v", subject, err)
		}
	}
}

func publish(t *testing.T, conn *natsgo.Conn, violations <-chan error, subject string, refused bool) error {
	t.Helper()
	if err := conn.Publish(subject, []byte("x")); err != nil {
		t.Fatal(err)
	}
	return objection(t, conn, violations, refused)
}

// A reader answers only to the writer of the envelope: nobody can be made to write to a third party.
func TestReceiptsGoToTheWriter(t *testing.T) {
	b := startBroker(t, nil)
	reader := newKey(t)
	c := newChannel(t, nats.Config{Signer: reader, Home: []nats.Contact{b.Contact()}, Serve: true})
	eventually(t, "connected", connected(c))
	writer, victim := honest(t), honest(t)
	w, _ := mustConnect(t, b, writer)
	v, _ := mustConnect(t, b, victim)
	self, me, they := nats.Token(reader.Address()), nats.Token(writer.signer.Address()), nats.Token(victim.signer.Address())
	receipts := map[*natsgo.Conn]*natsgo.Subscription{}
	for conn, who := range map[*natsgo.Conn]string{w: me, v: they} {
		s, err := conn.SubscribeSync(nats.ReceiptSubject(who, channelA, "*", "*"))
		if err == nil {
			err = conn.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
		receipts[conn] = s
	}
	for _, reply := range []string{
		nats.ReceiptSubject(they, channelA, self, aReceipt), nats.InboxSubject(they, self), "_INBOX.x", "x",
		nats.ReceiptSubject(me, channelA, they, aReceipt), nats.ReceiptSubject(me, "*", self, aReceipt),
		nats.ReceiptSubject(me, channelA, self, aReceipt), // the last is in order
	} {
		if err := w.PublishRequest(nats.InboxSubject(self, me), reply, []byte("x")); err != nil {
			t.Fatal(err)
		}
		d, err := c.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d.Accept()
	}
	m, err := receipts[w].NextMsg(patience)
	if err != nil || len(m.Data) != 0 || m.Subject != nats.ReceiptSubject(me, channelA, self, aReceipt) {
		t.Fatalf("receipt %v, %v", m, err)
	}
	for _, s := range receipts {
		if m, err := s.NextMsg(50 * time.Millisecond); err == nil {
			t.Fatalf("a stray receipt on %s", m.Subject)
		}
	}
}

func TestQuotaPerConnection(t *testing.T) {
	b := startBroker(t, nil)
	a := honest(t)
	self := nats.Token(a.signer.Address())
	conn, violations := mustConnect(t, b, a)
	if got := conn.MaxPayload(); got != messaging.MaxEnvelope {
		t.Fatalf("largest payload %d", got)
	}
	for i := 1; i <= 9; i++ {
		if _, err := conn.SubscribeSync(nats.InboxSubject(self, "*")); err != nil {
			t.Fatal(err)
		}
		if err := objection(t, conn, violations, i == 9); (i == 9) != errors.Is(err, natsgo.ErrMaxSubscriptionsExceeded) {
			t.Fatalf("subscription %d: %v", i, err)
		}
	}
}

func TestQuotaOfConnections(t *testing.T) {
	b := startBroker(t, func(c *nats.BrokerConfig) { c.Quotas = nats.Quotas{ConnectionsPerIdentity: 2, Connections: 3} })
	a := honest(t)
	first, _ := mustConnect(t, b, a)
	second, _ := mustConnect(t, b, a)
	third, _ := mustConnect(t, b, a)
	eventually(t, "the oldest is out", first.IsClosed)
	if err := errors.Join(second.Flush(), third.Flush()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "two are left", func() bool { return b.Stats().Connections == 2 })
	mustConnect(t, b, honest(t))
	if _, _, err := honest(t).connect(t, b); err == nil {
		t.Fatal("a fourth connection")
	}
}

func TestQuotaOfMessages(t *testing.T) {
	for name, quota := range map[string]nats.Quotas{
		"messages": {MessagesPerSecond: 10},
		"bytes":    {BytesPerSecond: 100},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			b := startBroker(t, func(c *nats.BrokerConfig) {
				c.Quotas = quota
				c.Clock = func() time.Time { return now }
			})
			flooder, calm := honest(t), honest(t)
			conn, _ := mustConnect(t, b, flooder)
			other, _ := mustConnect(t, b, calm)
			for range 5 { // within the burst of five seconds
				flood(t, other, calm, 1)
			}
			flood(t, conn, flooder, 60)
			b.Inspect()
			eventually(t, "the flooder is out", conn.IsClosed)
			if err := other.Flush(); err != nil {
				t.Fatalf("somebody else was thrown out: %v", err)
			}
			if _, _, err := flooder.connect(t, b); !errors.Is(err, natsgo.ErrAuthorization) {
				t.Fatalf("login of the flooder right after: %v", err)
			}
			if b.Stats().Disciplined != 1 {
				t.Fatalf("stats %+v", b.Stats())
			}
		})
	}
}

func flood(t *testing.T, conn *natsgo.Conn, a attempt, n int) {
	t.Helper()
	self := nats.Token(a.signer.Address())
	for range n {
		if err := conn.Publish(nats.InboxSubject(self, self), []byte("0123456789")); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
}

// A reader that does not read is cut off, and takes nobody with it.
func TestQuotaOfPendingBytes(t *testing.T) {
	b := startBroker(t, func(c *nats.BrokerConfig) {
		c.Quotas = nats.Quotas{PendingBytes: 256 << 10, MessagesPerSecond: 1e6, BytesPerSecond: 1e12}
	})
	reader, writer := honest(t), honest(t)
	deaf := rawClient(t, b, reader, fmt.Sprintf("SUB %s 1\r\n", nats.InboxSubject(nats.Token(reader.signer.Address()), "*")))
	w, _ := mustConnect(t, b, writer)
	subject := nats.InboxSubject(nats.Token(reader.signer.Address()), nats.Token(writer.signer.Address()))
	eventually(t, "the deaf reader is cut off", func() bool {
		for range 20 {
			if err := w.Publish(subject, make([]byte, messaging.MaxEnvelope)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return b.Stats().Connections == 1
	})
	_ = deaf.Close()
}
