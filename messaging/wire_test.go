package messaging

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/pb"
)

// The additional data, put together by hand: fields 1 to 6 ascending, no defaults, shortest varints.
func TestAdditionalDataByHand(t *testing.T) {
	v := envelope{dialogue: dialogueID{1, 2}, direction: toOpener, sequence: 300, keyID: 7, enc: []byte{9, 9}, ciphertext: []byte("c")}
	var want []byte
	want = protowire.AppendVarint(protowire.AppendTag(want, 1, protowire.VarintType), 1)
	want = protowire.AppendBytes(protowire.AppendTag(want, 2, protowire.BytesType), v.dialogue[:])
	want = protowire.AppendVarint(protowire.AppendTag(want, 3, protowire.VarintType), 2)
	want = protowire.AppendVarint(protowire.AppendTag(want, 4, protowire.VarintType), 300)
	want = protowire.AppendVarint(protowire.AppendTag(want, 5, protowire.VarintType), 7)
	want = protowire.AppendBytes(protowire.AppendTag(want, 6, protowire.BytesType), v.enc)
	same(t, "additional data", v.additionalData(), want)
	same(t, "envelope", v.encode(), protowire.AppendBytes(protowire.AppendTag(want, 7, protowire.BytesType), v.ciphertext))
}

// The signed bytes, put together by hand as protocol.md has them.
func TestSignedBytesByHand(t *testing.T) {
	p := place{
		domain: identity.Domain{ChainID: 5, Registry: identity.Address{6}}, sender: identity.Address{7}, recipient: identity.Address{8},
		dialogue: dialogueID{9}, direction: fromOpener, sequence: 10, transcript: transcript{11},
	}
	body := transcript{}.add([]byte("x")) // any 32 bytes
	var want []byte
	want = append(want, "myst/message/v1\x00"...)
	want = binary.BigEndian.AppendUint64(want, 5)
	want = append(want, p.domain.Registry[:]...)
	want = append(want, p.sender[:]...)
	want = append(want, p.recipient[:]...)
	want = append(want, p.dialogue[:]...)
	want = append(want, 1)
	want = binary.BigEndian.AppendUint64(want, 10)
	want = append(want, p.transcript[:]...)
	hash := sha256.Sum256(body[:])
	want = append(want, hash[:]...)
	if len(want) != 16+8+20+20+20+16+1+8+32+32 {
		t.Fatal("the test is wrong")
	}
	if got := p.digest(body[:]); got != identity.Keccak256(want) {
		t.Fatalf("digest %x", got)
	}
}

// Every size of body up to the largest becomes a power of two and reads back.
func TestPadding(t *testing.T) {
	sizes := map[int]bool{}
	check := func(n int) {
		t.Helper()
		s := sealed{sender: identity.Address{1}, payload: bytes.Repeat([]byte{3}, n), signature: identity.Signature{2}}
		b, err := s.encode()
		if err != nil {
			t.Fatal(err)
		}
		if len(b)&(len(b)-1) != 0 || len(b) < minPadded || len(b) > maxPadded {
			t.Fatalf("payload of %d bytes becomes %d", n, len(b))
		}
		sizes[len(b)] = true
		back, err := decodeSealed(b)
		if err != nil || !bytes.Equal(back.payload, s.payload) || back.sender != s.sender || back.signature != s.signature {
			t.Fatalf("payload of %d bytes: %v", n, err)
		}
	}
	for n := range 1200 { // across the jumps of the padding's own length
		check(n)
	}
	for n := 1200; n <= 32_600; n += 23 {
		check(n)
	}
	if len(sizes) != 7 { // 512 to 32,768
		t.Fatalf("sizes %v", sizes)
	}
	if _, err := (sealed{payload: make([]byte, maxPadded)}).encode(); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("too large: %v", err)
	}
	// The largest body fits with everything beside it.
	p := payload{sent: time.UnixMilli(maxMillis), expires: time.UnixMilli(maxMillis), nextKey: make([]byte, publicKeySize),
		replyTo: make([]byte, MaxReplyTo), message: Message{Kind: 1<<32 - 1, Body: make([]byte, MaxBody)}}
	if _, err := (sealed{payload: p.encode()}).encode(); err != nil {
		t.Fatal(err)
	}
}

func TestFieldsInTheirPlace(t *testing.T) {
	key, inbox := make([]byte, publicKeySize), []byte("inbox")
	for _, test := range []struct {
		v     envelope
		p     payload
		wrong bool
	}{
		{envelope{direction: fromOpener, sequence: 1}, payload{nextKey: key, replyTo: inbox}, false},
		{envelope{direction: fromOpener, sequence: 1}, payload{nextKey: key}, false},
		{envelope{direction: fromOpener, sequence: 1}, payload{replyTo: inbox}, true},
		{envelope{direction: toOpener, sequence: 1}, payload{nextKey: key, replyTo: inbox}, false},
		{envelope{direction: toOpener, sequence: 1}, payload{}, true},
		{envelope{direction: fromOpener, sequence: 2}, payload{}, false},
		{envelope{direction: fromOpener, sequence: 2}, payload{nextKey: key}, true},
		{envelope{direction: fromOpener, sequence: 2}, payload{replyTo: inbox}, true},
		{envelope{direction: toOpener, sequence: 2}, payload{}, false},
		{envelope{direction: toOpener, sequence: 2}, payload{nextKey: key}, true},
		{envelope{direction: fromOpener, sequence: 3}, payload{replyTo: inbox}, true},
	} {
		if err := test.p.checkFields(test.v); test.wrong != errors.Is(err, errMalformed) {
			t.Errorf("direction %d, sequence %d, key %t, inbox %t: %v", test.v.direction, test.v.sequence,
				test.p.nextKey != nil, test.p.replyTo != nil, err)
		}
	}
}

// A well-signed message with a reply inbox is refused where none belongs.
func TestVerifyChecksFields(t *testing.T) {
	sender, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	now := time.UnixMilli(1_800_000_000_000)
	e := &Endpoint{cfg: Config{Clock: func() time.Time { return now }}, self: identity.Address{1}}
	v := envelope{direction: fromOpener, sequence: 3}
	for _, p := range []payload{{sent: now, expires: now}, {sent: now, expires: now, replyTo: []byte("inbox")}} {
		s := sealed{sender: sender.Address(), payload: p.encode()}
		digest := place{sender: s.sender, recipient: e.self, direction: v.direction, sequence: v.sequence}.digest(s.payload)
		if s.signature, err = sender.Sign(digest); err != nil {
			t.Fatal(err)
		}
		if _, err := e.verify(v, transcript{}, s); errors.Is(err, errMalformed) != (p.replyTo != nil) {
			t.Errorf("reply inbox %q: %v", p.replyTo, err)
		}
	}
}

func TestKeyBodyRefused(t *testing.T) {
	good := KeyBody{ID: 1, PublicKey: keyFromSeed(1).PublicKey().Bytes(), NotBefore: time.UnixMilli(1e12), NotAfter: time.UnixMilli(1e12).Add(KeyLifetime)}
	if back, err := DecodeKeyBody(good.Encode()); err != nil || back.ID != 1 || !back.NotAfter.Equal(good.NotAfter) {
		t.Fatal(back, err)
	}
	for name, spoil := range map[string]func(*KeyBody){
		"no ID":             func(k *KeyBody) { k.ID = 0 },
		"no key":            func(k *KeyBody) { k.PublicKey = nil },
		"short key":         func(k *KeyBody) { k.PublicKey = k.PublicKey[1:] },
		"impossible key":    func(k *KeyBody) { k.PublicKey = bytes.Repeat([]byte{0xff}, publicKeySize) },
		"lives too long":    func(k *KeyBody) { k.NotAfter = k.NotAfter.Add(time.Millisecond) },
		"ends before it is": func(k *KeyBody) { k.NotAfter = k.NotBefore },
		"absurd times":      func(k *KeyBody) { k.NotBefore, k.NotAfter = time.UnixMilli(-5), time.UnixMilli(-1) },
	} {
		k := good
		spoil(&k)
		if _, err := DecodeKeyBody(k.Encode()); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, raw := range map[string][]byte{
		"empty": nil, "rubbish": []byte("rubbish"), "long": bytes.Repeat(good.Encode(), 2),
		"unknown field": append(good.Encode(), 0x28, 1), "cut": good.Encode()[:500],
	} {
		if _, err := DecodeKeyBody(raw); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An old key does not open anything newer or older, nor the other direction's.
func TestRatchet(t *testing.T) {
	s := newSchedule([3]secret{{1}, {2}, {3}}, transcript{4})
	v := envelope{direction: fromOpener, sequence: 3}
	sender, receiver := s.opener, s.opener
	one, err := decodeRaw(sender.seal(v, []byte("one")))
	if err != nil {
		t.Fatal(err)
	}
	v.sequence++
	two, err := decodeRaw(sender.seal(v, []byte("two")))
	if err != nil {
		t.Fatal(err)
	}
	opens := func(r *ratchet, v envelope) bool { _, err := r.open(v); return err == nil }
	if !opens(&receiver, one) || opens(&receiver, two) || opens(&s.answerer, one) {
		t.Fatal("a key opens what it should not, or not what it should")
	}
	receiver.advance()
	if opens(&receiver, one) || !opens(&receiver, two) {
		t.Fatal("the ratchet did not move")
	}
	// Each part of the schedule's input matters.
	for _, other := range []schedule{
		newSchedule([3]secret{{9}, {2}, {3}}, transcript{4}), newSchedule([3]secret{{1}, {9}, {3}}, transcript{4}),
		newSchedule([3]secret{{1}, {2}, {9}}, transcript{4}), newSchedule([3]secret{{1}, {2}, {3}}, transcript{9}),
	} {
		if other.opener == s.opener || other.answerer == s.answerer || other.exporter == s.exporter {
			t.Fatal("part of the input does not matter")
		}
	}
	if s.opener == s.answerer || s.opener.key == s.exporter {
		t.Fatal("secrets are not separate")
	}
}

// decodeRaw reads an envelope whose ciphertext is not padded.
func decodeRaw(b []byte) (envelope, error) {
	var w pb.MessagingEnvelope
	if err := unmarshal(b, &w); err != nil {
		return envelope{}, err
	}
	return envelope{dialogue: dialogueID(w.Dialogue), direction: direction(w.Direction), sequence: w.Sequence, ciphertext: w.Ciphertext}, nil
}

// corpus adds the vectors' bytes to a fuzz target.
func corpus(f *testing.F, pick func(vector) []byte) {
	f.Helper()
	raw, err := os.ReadFile(vectorFile)
	if err != nil {
		f.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		f.Fatal(err)
	}
	for _, step := range v.Steps {
		f.Add(pick(step))
	}
	f.Add([]byte(nil))
	f.Add([]byte(strings.Repeat("\x0a\x7f", 40)))
}

func FuzzEnvelope(f *testing.F) {
	corpus(f, func(v vector) []byte { return v.Envelope })
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decodeEnvelope(b)
		if err != nil {
			return
		}
		if !bytes.Equal(v.encode(), b) {
			t.Fatal("accepted an envelope that is not canonical")
		}
		if v.isFlight() != (len(v.enc) == encSize) || len(b) > MaxEnvelope {
			t.Fatalf("accepted %+v", v)
		}
	})
}

func FuzzSealed(f *testing.F) {
	corpus(f, func(v vector) []byte { return v.Plaintext })
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeSealed(b)
		if err != nil {
			return
		}
		again, err := s.encode()
		if err != nil {
			return // it was larger than we make them
		}
		back, err := decodeSealed(again)
		if err != nil || back.sender != s.sender || back.signature != s.signature || !bytes.Equal(back.payload, s.payload) {
			t.Fatalf("%+v reads back as %+v, %v", s, back, err)
		}
	})
}

func FuzzPayload(f *testing.F) {
	corpus(f, func(v vector) []byte { return v.Payload })
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decodePayload(b)
		if err != nil {
			return
		}
		if !bytes.Equal(p.encode(), b) {
			t.Fatal("accepted a payload that is not canonical")
		}
		if p.checkTimes(time.UnixMilli(1_800_000_000_000)) == nil && p.expires.Sub(p.sent) > MaxLifetime {
			t.Fatal("accepted a payload that lives too long")
		}
	})
}

func FuzzKeyBody(f *testing.F) {
	f.Add(KeyBody{ID: 1, PublicKey: keyFromSeed(1).PublicKey().Bytes(), NotBefore: time.UnixMilli(1e12), NotAfter: time.UnixMilli(1e12 + 1)}.Encode())
	f.Add([]byte{8, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := DecodeKeyBody(b)
		if err != nil {
			if !errors.Is(err, ErrKey) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if !bytes.Equal(k.Encode(), b) || k.ID == 0 || k.NotAfter.Sub(k.NotBefore) > KeyLifetime {
			t.Fatalf("accepted %+v", k)
		}
	})
}
