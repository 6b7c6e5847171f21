package messaging_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

// In all of these the broker, a peer or an outsider does something that the protocol must refuse;
// each test also sees that the honest thing still works.

func TestReplayedFirstFlight(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		tape := record(net)
		dialogue(t, i, r)
		flight1 := tape.all()[0]
		for range 3 {
			r.inject(i.key.Address(), flight1.Envelope)
		}
		r.acceptsNothing()
		r.refuses(0, nil)
		// The same encapsulation in another envelope is not even looked at.
		r.inject(i.key.Address(), change(t, flight1.Envelope, func(e *pb.MessagingEnvelope) { e.Ciphertext[0] ^= 1 }))
		r.refuses(1, messaging.ErrReplay)

		// While it is remembered, and after it is forgotten.
		for range 20 {
			pass(30 * time.Second)
			r.inject(i.key.Address(), flight1.Envelope)
		}
		r.acceptsNothing()
		for _, err := range r.refusals.take() {
			if !errors.Is(err, messaging.ErrTime) {
				t.Fatal(err)
			}
		}
		dialogue(t, i, r)
	})
}

// A responder that restarted has forgotten what it saw, and so refuses whatever is older than itself.
func TestReplayAfterRestart(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		tape := record(net)
		dialogue(t, i, r)
		flight1 := tape.all()[0]
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		r.start() // with the keys of before, which a real restart loses
		r.inject(i.key.Address(), flight1.Envelope)
		r.refuses(1, messaging.ErrStale)
		r.acceptsNothing()

		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		keys, err := messaging.NewKeyring(nil)
		if err != nil {
			t.Fatal(err)
		}
		r.keys, r.config.Keyring = keys, keys
		r.start()
		r.inject(i.key.Address(), flight1.Envelope)
		r.refuses(1, messaging.ErrKeyID)
		dialogue(t, i, r)
	})
}

// Every envelope of a whole dialogue, played again to both ends at the end of it, and then at once after a restart.
func TestReplayedDialogue(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		tape := record(net)
		atI, atR := dialogue(t, i, r)
		for n := range 5 {
			exchange(t, atI, atR, fmt.Sprint("to r ", n))
			exchange(t, atR, atI, fmt.Sprint("to i ", n))
		}
		synctest.Wait()
		net.Intercept(nil)
		for _, p := range tape.all() {
			p.To.ReplyTo = nil
			net.Deliver(p)
		}
		// All but flight 1 and the last of each direction, which get another receipt, are out of order.
		r.refuses(5, messaging.ErrOrder)
		i.refuses(5, messaging.ErrOrder)
		r.acceptsNothing()
		for _, d := range []*messaging.Dialogue{atI, atR} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if m, err := d.Receive(ctx); err == nil {
				t.Fatalf("received a replay: %q", m.Body)
			}
			cancel()
		}
		exchange(t, atI, atR, "on")
	})
}

// The broker keeps a message back, makes the sender believe that it arrived, and delivers the next one first.
func TestReordering(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		atI, atR := dialogue(t, i, r)
		var kept []messagingtest.Packet
		net.Intercept(func(p messagingtest.Packet) []messagingtest.Packet {
			if p.Receipt {
				return []messagingtest.Packet{p}
			}
			kept = append(kept, p)
			p.Receipt = true
			return []messagingtest.Packet{p}
		})
		for n := range 3 {
			if err := atI.Send(t.Context(), text(fmt.Sprint(n))); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []int{2, 1} {
			net.Deliver(kept[n])
		}
		r.refuses(2, messaging.ErrOrder)
		for _, n := range []int{0, 2, 1, 0, 2, 1} {
			net.Deliver(kept[n])
		}
		for n := range 3 {
			receive(t, atR, fmt.Sprint(n))
		}
		r.refuses(3, messaging.ErrOrder) // 2 too early, 0 and 1 too late; the second 2 took its place
	})
}

// Everything that an end sends comes back to it.
func TestReflection(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		tape := record(net)
		atI, atR := dialogue(t, i, r)
		exchange(t, atI, atR, "to r")
		exchange(t, atR, atI, "to i")
		synctest.Wait()
		net.Intercept(nil)
		packets := tape.all()
		for n, p := range packets {
			who := i
			if p.From == r.key.Address() {
				who = r
			}
			who.inject(p.To.Identity, p.Envelope)
			if n == 0 { // sealed to another's key
				who.refuses(1, messaging.ErrKeyID)
			} else {
				who.refuses(1, messaging.ErrDirection)
			}
			// With the direction turned round it is not what was sealed.
			if n > 0 {
				who.inject(p.To.Identity, change(t, p.Envelope, func(e *pb.MessagingEnvelope) { e.Direction = 3 - e.Direction }))
				who.refuses(1, nil)
			}
		}
		// A recipient seals the opener's own flight 1 to the opener's own key.
		own := messaging.Reseal(packets[0].Envelope, r.keys, r.key.Address(), i.key.Address(), i.body())
		i.inject(r.key.Address(), own)
		i.refuses(1, messaging.ErrSender)
		exchange(t, atI, atR, "on")
	})
}

// A dishonest recipient passes a signed request on to somebody else.
func TestForwarding(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		third := newNode(t, net, nil)
		tape := record(net)
		dialogue(t, i, r)
		flight1 := tape.all()[0].Envelope
		third.inject(r.key.Address(), messaging.Reseal(flight1, r.keys, r.key.Address(), third.key.Address(), third.body()))
		third.refuses(1, identity.ErrSignature)
		third.acceptsNothing()
		// As it came: sealed to another's key.
		third.inject(r.key.Address(), flight1)
		third.refuses(1, messaging.ErrKeyID)
		// Flights 2 and 3 and messages mean nothing to who has no such dialogue.
		for _, p := range tape.all()[1:] {
			third.inject(r.key.Address(), p.Envelope)
			third.refuses(1, messaging.ErrUnknown)
		}
		// Sealed again to the recipient itself, the same words have another transcript only in flight 2; in flight 1
		// they are the opener's, for this recipient: a replay, which the memory of encapsulations does not
		// know. It must fail for its dialogue, which exists.
		r.inject(r.key.Address(), messaging.Reseal(flight1, r.keys, r.key.Address(), r.key.Address(), r.body()))
		r.refuses(1, messaging.ErrFull)
	})
}

// The recipient lets somebody else, also registered, answer in its place.
func TestAnswerBySomebodyElse(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		tape := record(net)
		in := opened(t, i, r)
		flight1 := tape.all()[0].Envelope
		i.inject(r.key.Address(), messaging.Answer(domain, flight1, r.keys, r.key.Address(), fresh(t), time.Now()))
		i.refuses(1, messaging.ErrSender)
		// The same by the recipient itself is what the opener waits for.
		i.inject(r.key.Address(), messaging.Answer(domain, flight1, r.keys, r.key.Address(), r.key, time.Now()))
		i.refuses(0, nil)
		in.Close()
	})
}

func TestForgedFirstFlight(t *testing.T) {
	for _, test := range []struct {
		name   string
		spoil  func(*testing.T, *messaging.Forgery)
		reason error
	}{
		{"honest", func(*testing.T, *messaging.Forgery) {}, nil},
		{"unsigned", func(_ *testing.T, f *messaging.Forgery) { f.Unsign = true }, identity.ErrSignature},
		{"signed by somebody else", func(t *testing.T, f *messaging.Forgery) { f.Signer = fresh(t) }, identity.ErrSignature},
		{"in somebody else's name", func(t *testing.T, f *messaging.Forgery) { f.Sender = fresh(t).Address() }, identity.ErrSignature},
		{"in the recipient's name", func(_ *testing.T, f *messaging.Forgery) { f.Sender = f.Recipient }, messaging.ErrSender},
		{"signed for another sender", func(_ *testing.T, f *messaging.Forgery) { f.SignedSender[0] ^= 1 }, identity.ErrSignature},
		{"signed for another recipient", func(_ *testing.T, f *messaging.Forgery) { f.SignedTo[0] ^= 1 }, identity.ErrSignature},
		{"signed for another chain", func(_ *testing.T, f *messaging.Forgery) { f.Domain.ChainID++ }, identity.ErrSignature},
		{"signed for another registry", func(_ *testing.T, f *messaging.Forgery) { f.Domain.Registry[3] ^= 1 }, identity.ErrSignature},
		{"signed for another dialogue", func(_ *testing.T, f *messaging.Forgery) { f.SignedDialogue[3] ^= 1 }, identity.ErrSignature},
		{"signed for the other direction", func(_ *testing.T, f *messaging.Forgery) { f.SignedDir = 2 }, identity.ErrSignature},
		{"signed for another sequence", func(_ *testing.T, f *messaging.Forgery) { f.SignedSequence = 2 }, identity.ErrSignature},
		{"signed over another transcript", func(_ *testing.T, f *messaging.Forgery) { f.Transcript[0] = 1 }, identity.ErrSignature},
		{"payload exchanged after signing", func(_ *testing.T, f *messaging.Forgery) {
			f.Replace = func(p []byte) []byte { p[len(p)-1] ^= 1; return p }
		}, identity.ErrSignature},
		{"sealed for another recipient", func(_ *testing.T, f *messaging.Forgery) { f.Recipient[0] ^= 1 }, errDecrypt},
		{"sealed to an unknown key", func(_ *testing.T, f *messaging.Forgery) { f.KeyID ^= 1 }, messaging.ErrKeyID},
		{"sealed to another key of that name", func(t *testing.T, f *messaging.Forgery) { f.Key = freshKey(t).PublicKey }, errDecrypt},
		{"expired", func(_ *testing.T, f *messaging.Forgery) {
			shift(f, -messaging.MaxLifetime-messaging.MaxSkew-time.Millisecond)
		}, messaging.ErrTime},
		{"from the future", func(_ *testing.T, f *messaging.Forgery) { shift(f, messaging.MaxSkew+time.Millisecond) }, messaging.ErrTime},
		{"clock a little ahead", func(_ *testing.T, f *messaging.Forgery) { shift(f, messaging.MaxSkew) }, nil},
		{"lives too long", func(_ *testing.T, f *messaging.Forgery) { f.Expires = f.Expires.Add(time.Millisecond) }, messaging.ErrTime},
		{"expires before it is sent", func(_ *testing.T, f *messaging.Forgery) { f.Expires = f.Sent.Add(-time.Millisecond) }, messaging.ErrTime},
		{"no next key", func(_ *testing.T, f *messaging.Forgery) { f.NextKey = nil }, messaging.ErrMalformed},
		{"short next key", func(_ *testing.T, f *messaging.Forgery) { f.NextKey = f.NextKey[1:] }, messaging.ErrMalformed},
		{"impossible next key", func(_ *testing.T, f *messaging.Forgery) { f.NextKey = bytes.Repeat([]byte{0xff}, 1216) }, messaging.ErrMalformed},
		{"long reply inbox", func(_ *testing.T, f *messaging.Forgery) { f.ReplyTo = make([]byte, 65) }, messaging.ErrMalformed},
		{"long body", func(_ *testing.T, f *messaging.Forgery) { f.Message.Body = make([]byte, messaging.MaxBody+1) }, messaging.ErrMalformed},
		{"padding not zero", func(_ *testing.T, f *messaging.Forgery) {
			f.Spoil = func(s []byte) []byte { s[len(s)-1] = 1; return s }
		}, messaging.ErrMalformed},
		{"not padded", func(_ *testing.T, f *messaging.Forgery) {
			f.Spoil = func(s []byte) []byte { return s[:len(s)-10] }
		}, messaging.ErrMalformed},
		{"rubbish inside", func(_ *testing.T, f *messaging.Forgery) {
			f.Spoil = func(s []byte) []byte { return bytes.Repeat([]byte{0x5a}, len(s)) }
		}, messaging.ErrMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, _ *messagingtest.Network, i, r *node) {
				pass(time.Hour) // so that nothing is older than the endpoint
				f := messaging.NewForgery(domain, i.key, r.key.Address(), r.body(), time.Now())
				test.spoil(t, f)
				r.inject(i.key.Address(), f.Envelope())
				if test.reason == nil {
					if in, err := r.Accept(t.Context()); err != nil || in.Peer() != i.key.Address() {
						t.Fatal(in, err)
					}
					return
				}
				if errors.Is(test.reason, errDecrypt) {
					r.refuses(1, nil)
				} else {
					r.refuses(1, test.reason)
				}
				r.acceptsNothing()
				dialogue(t, i, r)
			})
		})
	}
}

// errDecrypt stands for the cipher's own error, which has no name.
var errDecrypt = errors.New("decryption fails")

func fresh(t *testing.T) *identity.Key {
	t.Helper()
	k, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func freshKey(t *testing.T) messaging.KeyBody {
	t.Helper()
	k, err := messaging.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := k.Current()
	if err != nil {
		t.Fatal(err)
	}
	b, err := messaging.DecodeKeyBody(raw)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func shift(f *messaging.Forgery, d time.Duration) {
	f.Sent, f.Expires = f.Sent.Add(d), f.Expires.Add(d)
}

// A flight that is sealed to the key of a past epoch: while the secret is still there, and when it is gone.
func TestExpiredKey(t *testing.T) {
	bubble(t, func(t *testing.T, _ *messagingtest.Network, i, r *node) {
		old := r.body()
		pass(time.Until(old.NotAfter.Add(messaging.MaxSkew + time.Second)))
		r.inject(i.key.Address(), messaging.NewForgery(domain, i.key, r.key.Address(), old, time.Now()).Envelope())
		r.refuses(1, messaging.ErrKeyID)
		if !r.keys.Holds(old.ID) {
			t.Fatal("the secret is gone already: the test above shows nothing")
		}
		pass(10 * time.Minute)
		r.inject(i.key.Address(), messaging.NewForgery(domain, i.key, r.key.Address(), old, time.Now()).Envelope())
		r.refuses(1, messaging.ErrKeyID)
		dialogue(t, i, r)
	})
}

// Registration is asked for at both ends.
func TestUnregistered(t *testing.T) {
	for _, test := range []struct {
		name     string
		register func(context.Context, identity.Address) (bool, error)
		reason   error
	}{
		{"not registered", func(context.Context, identity.Address) (bool, error) { return false, nil }, messaging.ErrUnregistered},
		{"registry out of order", func(context.Context, identity.Address) (bool, error) { return true, errOutOfOrder }, errOutOfOrder},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := messagingtest.NewNetwork()
				strict := newNode(t, net, func(c *messaging.Config) { c.Registered = test.register })
				lax := newNode(t, net, nil)
				open := func(i, r, refuser *node) {
					r.answer(text("reply"))
					ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
					defer cancel()
					if _, err := i.Open(ctx, r.peer(), text("request")); !errors.Is(err, context.DeadlineExceeded) {
						t.Fatalf("open: %v", err)
					}
					refuser.refuses(1, test.reason)
				}
				open(lax, strict, strict)
				open(strict, lax, strict)
			})
		})
	}
}

var errOutOfOrder = errors.New("out of order")

// Who only opens accepts nothing.
func TestNoKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := messagingtest.NewNetwork()
		i := newNode(t, net, nil)
		r := newNode(t, net, func(c *messaging.Config) { c.Keyring = nil })
		r.inject(i.key.Address(), messaging.NewForgery(domain, i.key, r.key.Address(), r.body(), time.Now()).Envelope())
		r.refuses(1, messaging.ErrKeyID)
		dialogue(t, r, i)
	})
}

// The two ends believe in different networks: nothing is accepted.
func TestForeignNetwork(t *testing.T) {
	for name, other := range map[string]identity.Domain{
		"chain":    {ChainID: domain.ChainID + 1, Registry: domain.Registry},
		"registry": {ChainID: domain.ChainID, Registry: identity.Address{1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := messagingtest.NewNetwork()
				i := newNode(t, net, func(c *messaging.Config) { c.Domain = other })
				r := newNode(t, net, nil)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
				defer cancel()
				if _, err := i.Open(ctx, r.peer(), text("x")); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				r.refuses(1, identity.ErrSignature)
			})
		})
	}
}

func TestFlight3OutOfPlace(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		tape := record(net)
		dialogue(t, i, r)
		flight3 := tape.all()[2].Envelope
		// For a dialogue that nobody opened.
		r.inject(i.key.Address(), change(t, flight3, func(e *pb.MessagingEnvelope) { e.Dialogue[0] ^= 1 }))
		r.refuses(1, messaging.ErrUnknown)
		// Before flight 2 left.
		in := opened(t, i, r)
		synctest.Wait()
		packets := tape.all()
		id := decode(t, packets[len(packets)-1].Envelope).Dialogue
		r.inject(i.key.Address(), change(t, flight3, func(e *pb.MessagingEnvelope) { e.Dialogue = id }))
		r.refuses(1, messaging.ErrOrder)
		in.Close()
	})
}
