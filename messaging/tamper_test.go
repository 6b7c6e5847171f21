package messaging_test

import (
	"bytes"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

func decode(t *testing.T, raw []byte) *pb.MessagingEnvelope {
	t.Helper()
	var e pb.MessagingEnvelope
	if err := proto.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	return &e
}

// change decodes an envelope, changes a field and encodes it.
func change(t *testing.T, raw []byte, f func(*pb.MessagingEnvelope)) []byte {
	t.Helper()
	e := decode(t, bytes.Clone(raw))
	f(e)
	out, err := proto.MarshalOptions{Deterministic: true}.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tampered returns envelopes that differ from raw in one thing each.
func tampered(t *testing.T, raw []byte) [][]byte {
	t.Helper()
	edits := []func(*pb.MessagingEnvelope){
		func(e *pb.MessagingEnvelope) { e.Version = 0 },
		func(e *pb.MessagingEnvelope) { e.Version++ },
		func(e *pb.MessagingEnvelope) { e.Dialogue[15] ^= 1 },
		func(e *pb.MessagingEnvelope) { e.Dialogue = e.Dialogue[:15] },
		func(e *pb.MessagingEnvelope) { e.Direction = 3 - e.Direction },
		func(e *pb.MessagingEnvelope) { e.Direction = 3 },
		func(e *pb.MessagingEnvelope) { e.Direction += 256 },
		func(e *pb.MessagingEnvelope) { e.Sequence++ },
		func(e *pb.MessagingEnvelope) { e.Sequence-- },
		func(e *pb.MessagingEnvelope) { e.Sequence = 1<<64 - 1 },
		func(e *pb.MessagingEnvelope) { e.KeyId++ },
		func(e *pb.MessagingEnvelope) { e.Ciphertext[0] ^= 1 },
		func(e *pb.MessagingEnvelope) { e.Ciphertext[len(e.Ciphertext)-1] ^= 1 },
		func(e *pb.MessagingEnvelope) { e.Ciphertext = e.Ciphertext[1:] },
		func(e *pb.MessagingEnvelope) { e.Ciphertext = nil },
		func(e *pb.MessagingEnvelope) {
			e.Ciphertext = append(e.Ciphertext, make([]byte, messaging.MaxEnvelope)...)
		},
	}
	if e := decode(t, raw); len(e.Enc) > 0 {
		edits = append(edits,
			func(e *pb.MessagingEnvelope) { e.Enc[0] ^= 1 },
			func(e *pb.MessagingEnvelope) { e.Enc[len(e.Enc)-1] ^= 1 },
			func(e *pb.MessagingEnvelope) { e.Enc = e.Enc[1:] },
			func(e *pb.MessagingEnvelope) { e.Enc = nil },
		)
	} else {
		edits = append(edits, func(e *pb.MessagingEnvelope) { e.Enc = make([]byte, 1120) })
	}
	if e := decode(t, raw); e.KeyId != 0 {
		edits = append(edits, func(e *pb.MessagingEnvelope) { e.KeyId = 0 })
	}
	var out [][]byte
	for _, edit := range edits {
		out = append(out, change(t, raw, edit))
	}
	// The same fields in other encodings, of which each is a protobuf of the same meaning.
	unknown := protowire.AppendVarint(protowire.AppendTag(bytes.Clone(raw), 8, protowire.VarintType), 1)
	padded := slices.Concat([]byte{raw[0], raw[1] | 0x80, 0}, raw[2:]) // version as a two-byte varint
	reordered := slices.Concat(raw[2:], raw[:2])
	twice := slices.Concat(raw[:2], raw)
	return append(out, unknown, padded, reordered, twice, raw[:len(raw)-1], nil)
}

// Every envelope of a dialogue is preceded by forgeries of it, and the dialogue takes no notice.
func TestTampering(t *testing.T) {
	bubble(t, func(t *testing.T, net *messagingtest.Network, i, r *node) {
		var forged atomic.Uint64
		net.Intercept(func(p messagingtest.Packet) []messagingtest.Packet {
			if p.Receipt {
				return []messagingtest.Packet{p}
			}
			var all []messagingtest.Packet
			for _, raw := range tampered(t, p.Envelope) {
				forgery := p
				forgery.Envelope = raw
				all = append(all, forgery)
			}
			forged.Add(uint64(len(all)))
			return append(all, p)
		})
		atI, atR := dialogue(t, i, r)
		exchange(t, atI, atR, "one")
		exchange(t, atR, atI, "two")
		exchange(t, atI, atR, "three")
		synctest.Wait()
		a, b := i.Stats(), r.Stats()
		if got := a.Refused + b.Refused; got != forged.Load() || a.Resent+b.Resent != 0 {
			t.Fatalf("%d of %d forgeries refused; %d resent", got, forged.Load(), a.Resent+b.Resent)
		}
		r.acceptsNothing()
	})
}
