package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/pb"
)

var update = flag.Bool("update", false, "write the vectors anew")

var (
	now    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	domain = identity.Domain{ChainID: 31337, Registry: identity.Address{0xaa, 19: 0xbb}}
)

func testKey(t testing.TB, seed byte) *identity.Key {
	t.Helper()
	k, err := identity.KeyFromBytes(bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signed(t testing.TB, kind Kind, body []byte) Record {
	t.Helper()
	r, err := Sign(testKey(t, 1), domain, kind, NewStamp(0, now, time.Hour), body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func encoded(t testing.TB, r Record) []byte {
	t.Helper()
	raw, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]Kind{KindProposal, KindKey, KindRenewal}).Draw(rt, "kind")
		body := rapid.SliceOfN(rapid.Byte(), 0, MaxBody).Draw(rt, "body")
		slot := rapid.Uint8Range(0, Slots-1).Draw(rt, "slot")
		if kind == KindRenewal {
			body = rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "hash")
		}
		if kind == KindKey {
			slot = 0
		}
		life := time.Duration(rapid.Int64Range(1, MaxLifetime.Milliseconds()).Draw(rt, "ms")) * time.Millisecond
		r, err := Sign(testKey(t, 1), domain, kind, NewStamp(slot, now, life), body)
		if err != nil {
			rt.Fatal(err)
		}
		raw := encoded(t, r)
		if len(raw) > MaxSize || kind == KindRenewal && len(raw) > MaxRenewal {
			rt.Fatalf("%d bytes", len(raw))
		}
		back, err := Decode(raw)
		if err != nil {
			rt.Fatal(err)
		}
		if err := back.Verify(domain, now); err != nil {
			rt.Fatal(err)
		}
		if back.Hash() != r.Hash() || !bytes.Equal(encoded(t, back), raw) {
			rt.Fatal("another record came back")
		}
	})
}

// Whatever is changed after signing, the signature no longer fits.
func TestTamperingIsNoticed(t *testing.T) {
	other := testKey(t, 2)
	for name, change := range map[string]func(*Record){
		"author":    func(r *Record) { r.Author = other.Address() },
		"kind":      func(r *Record) { r.Kind = KindKey },
		"slot":      func(r *Record) { r.Slot++ },
		"sequence":  func(r *Record) { r.Sequence++ },
		"expires":   func(r *Record) { r.Expires++ },
		"body":      func(r *Record) { r.Body[0] ^= 1 },
		"withdrawn": func(r *Record) { r.Body = nil },
		"r":         func(r *Record) { r.Signature[5] ^= 1 },
		"s":         func(r *Record) { r.Signature[40] ^= 1 },
		"v":         func(r *Record) { r.Signature[64] ^= 1 },
	} {
		r := signed(t, KindProposal, []byte("body"))
		change(&r)
		if err := r.Verify(domain, now); !errors.Is(err, identity.ErrSignature) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	r := signed(t, KindProposal, []byte("body"))
	for name, d := range map[string]identity.Domain{
		"chain":    {ChainID: domain.ChainID + 1, Registry: domain.Registry},
		"registry": {ChainID: domain.ChainID, Registry: identity.Address{1}},
	} {
		if err := r.Verify(d, now); !errors.Is(err, identity.ErrSignature) {
			t.Errorf("record of another %s: %v", name, err)
		}
	}
}

// The signed bytes, written out by hand after docs/wire.md.
func TestSignedBytes(t *testing.T) {
	r := Record{
		Author: identity.Address(bytes.Repeat([]byte{0xa1}, 20)), Kind: KindProposal, Slot: 7,
		Sequence: 0x0102030405060708, Expires: 0x1112131415161718, Body: []byte("abc"),
	}
	d := identity.Domain{ChainID: 0x2122232425262728, Registry: identity.Address(bytes.Repeat([]byte{0xb2}, 20))}
	fields := "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1" + "01" + "07" + "0102030405060708" + "1112131415161718" +
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // SHA-256("abc"), FIPS 180-2
	prefix := hex.EncodeToString([]byte("myst/record/v1")) + "00" + "2122232425262728" + "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
	raw, err := hex.DecodeString(prefix + fields)
	if err != nil {
		t.Fatal(err)
	}
	if r.Digest(d) != identity.Keccak256(raw) {
		t.Error("the signature is over other bytes")
	}
	if r.Hash() != sha256.Sum256(raw[len(prefix)/2:]) {
		t.Error("the hash is of other bytes")
	}
}

func TestTimes(t *testing.T) {
	ms := func(t time.Time) uint64 { return uint64(t.UnixMilli()) }
	for _, c := range []struct {
		name              string
		sequence, expires time.Time
		want              error
	}{
		{"fresh", now, now.Add(MaxLifetime), nil},
		{"stands a last millisecond", now.Add(-time.Hour), now.Add(time.Millisecond), nil},
		{"expires now", now.Add(-time.Hour), now, ErrExpired},
		{"clock just tolerated", now.Add(MaxSkew), now.Add(time.Hour), nil},
		{"too far ahead", now.Add(MaxSkew + time.Millisecond), now.Add(time.Hour), ErrEarly},
		{"too long", now, now.Add(MaxLifetime + time.Millisecond), ErrMalformed},
		{"no time at all", now, now, ErrMalformed},
		{"backwards", now, now.Add(-time.Second), ErrMalformed},
	} {
		r := Record{Author: testKey(t, 1).Address(), Kind: KindProposal, Sequence: ms(c.sequence), Expires: ms(c.expires), Body: []byte("x")}
		signature, err := testKey(t, 1).Sign(r.Digest(domain)) // also what Sign would refuse
		if err != nil {
			t.Fatal(err)
		}
		r.Signature = signature
		if err := r.Verify(domain, now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestBounds(t *testing.T) {
	key := testKey(t, 1)
	for _, c := range []struct {
		name  string
		kind  Kind
		stamp Stamp
		size  int
		want  error
	}{
		{"largest body", KindProposal, NewStamp(Slots-1, now, time.Hour), MaxBody, nil},
		{"body too large", KindProposal, NewStamp(0, now, time.Hour), MaxBody + 1, ErrTooLarge},
		{"slot too high", KindProposal, NewStamp(Slots, now, time.Hour), 1, ErrMalformed},
		{"key in slot 1", KindKey, NewStamp(1, now, time.Hour), 1, ErrMalformed},
		{"renewal without hash", KindRenewal, NewStamp(0, now, time.Hour), 31, ErrMalformed},
		{"kind 0", 0, NewStamp(0, now, time.Hour), 1, ErrKind},
		{"kind 4", 4, NewStamp(0, now, time.Hour), 1, ErrKind},
		{"before 1970", KindProposal, NewStamp(0, time.Unix(-5, 0), time.Hour), 1, ErrMalformed},
		{"sequence overflows", KindProposal, Stamp{Sequence: 1<<64 - 1, Expires: 5}, 1, ErrMalformed},
	} {
		if _, err := Sign(key, domain, c.kind, c.stamp, make([]byte, c.size)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	r := signed(t, KindProposal, []byte("x"))
	if err := r.Sign(testKey(t, 2), domain); err == nil {
		t.Error("signed for another author")
	}
}

// A record has exactly one encoding; anything else that a lenient decoder would take is refused.
func TestDecodeIsStrict(t *testing.T) {
	good := encoded(t, signed(t, KindProposal, []byte("body")))
	var m pb.Record
	if err := proto.Unmarshal(good, &m); err != nil {
		t.Fatal(err)
	}
	again := func(change func(*pb.Record)) []byte {
		c := proto.Clone(&m).(*pb.Record)
		change(c)
		raw, err := proto.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"empty":            {nil, ErrMalformed},
		"cut off":          {good[:len(good)-1], ErrMalformed},
		"something after":  {append(bytes.Clone(good), 0), ErrMalformed},
		"unknown field":    {protowire.AppendVarint(protowire.AppendTag(bytes.Clone(good), 99, protowire.VarintType), 1), ErrMalformed},
		"repeated field":   {append(bytes.Clone(good), good...), ErrMalformed},
		"another order":    {append(bytes.Clone(good[22:]), good[:22]...), ErrMalformed},
		"padded number":    {bytes.Replace(good, []byte{0x10, 0x01}, []byte{0x10, 0x81, 0x00}, 1), ErrMalformed},
		"explicit default": {protowire.AppendVarint(protowire.AppendTag(bytes.Clone(good), 3, protowire.VarintType), 0), ErrMalformed},
		"short author":     {again(func(m *pb.Record) { m.Author = m.Author[1:] }), ErrMalformed},
		"no author":        {again(func(m *pb.Record) { m.Author = make([]byte, 20) }), ErrMalformed},
		"short signature":  {again(func(m *pb.Record) { m.Signature = m.Signature[1:] }), ErrMalformed},
		"slot 256":         {again(func(m *pb.Record) { m.Slot = 256 }), ErrMalformed},
		"kind 257":         {again(func(m *pb.Record) { m.Kind = 257 }), ErrKind},
		"kind 9":           {again(func(m *pb.Record) { m.Kind = 9 }), ErrKind},
		"large body":       {again(func(m *pb.Record) { m.Body = make([]byte, MaxBody+1) }), ErrTooLarge},
		"huge":             {make([]byte, MaxSize+1), ErrTooLarge},
	} {
		if _, err := Decode(c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestOrder(t *testing.T) {
	a, later := signed(t, KindProposal, []byte("a")), signed(t, KindProposal, []byte("a"))
	later.Sequence++
	b := signed(t, KindProposal, []byte("b"))
	if later.Compare(a) <= 0 || a.Compare(later) >= 0 {
		t.Error("the higher sequence does not win")
	}
	ha, hb := a.Hash(), b.Hash()
	if want := bytes.Compare(ha[:], hb[:]); a.Compare(b) != want || b.Compare(a) != -want || want == 0 {
		t.Error("on a tie the larger hash does not win")
	}
	if a.Compare(a) != 0 {
		t.Error("a record beats itself")
	}
	if !a.Contradicts(b) || a.Contradicts(a) || a.Contradicts(later) {
		t.Error("contradictions are told wrongly")
	}
	resigned := a
	resigned.Signature[0]++
	if a.Contradicts(resigned) {
		t.Error("the same statement signed twice is no contradiction")
	}
}

func TestRenews(t *testing.T) {
	p := signed(t, KindProposal, []byte("p"))
	hash := p.Hash()
	renewal := signed(t, KindRenewal, hash[:])
	if !renewal.Renews(p) {
		t.Fatal("renewal does not fit")
	}
	for name, change := range map[string]func(r, p *Record){
		"hash":   func(r, _ *Record) { r.Body = make([]byte, 32) },
		"author": func(r, _ *Record) { r.Author[0]++ },
		"slot":   func(r, _ *Record) { r.Slot++ },
		"kind":   func(r, _ *Record) { r.Kind = KindKey },
	} {
		r := signed(t, KindRenewal, hash[:])
		if change(&r, &p); r.Renews(p) {
			t.Errorf("renewal with another %s fits", name)
		}
	}
}

// A record is kept until nothing that it beats can stand any more.
func TestKeepUntilOutlivesWhatIsBeaten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		start := now.UnixMilli()
		old := Record{Sequence: uint64(start - rapid.Int64Range(0, 1<<40).Draw(rt, "age"))}
		old.Expires = old.Sequence + rapid.Uint64Range(1, uint64(MaxLifetime.Milliseconds())).Draw(rt, "life")
		withdrawal := Record{Sequence: uint64(start), Expires: uint64(start) + 1}
		if old.ExpiresAt().After(withdrawal.KeepUntil()) {
			rt.Fatal("a beaten record outlives the withdrawal")
		}
	})
}

func TestKindText(t *testing.T) {
	for _, k := range []Kind{KindProposal, KindKey, KindRenewal} {
		if back, err := ParseKind(k.String()); err != nil || back != k {
			t.Errorf("%v reads back as %v, %v", k, back, err)
		}
	}
	for _, s := range []string{"", "kind 4", Kind(4).String(), "Proposal"} {
		if _, err := ParseKind(s); !errors.Is(err, ErrKind) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// vector is one line of testdata/records.json, from which another implementation can be tested.
type vector struct {
	Name, Secret       string
	ChainID            uint64
	Registry           identity.Address
	Kind               Kind
	Slot               uint8
	Sequence, Expires  uint64
	Body, Digest, Hash string
	Record             string
}

func TestVectors(t *testing.T) {
	const file = "testdata/records.json"
	if *update {
		writeVectors(t, file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 4 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		if got := computed(t, v); got != v {
			t.Errorf("%s:\n got %+v\nwant %+v", v.Name, got, v)
		}
		record, err := hex.DecodeString(v.Record)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Decode(record)
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		if err := r.Verify(identity.Domain{ChainID: v.ChainID, Registry: v.Registry}, time.UnixMilli(int64(v.Sequence))); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

// computed fills in what follows from a vector's inputs.
func computed(t *testing.T, v vector) vector {
	t.Helper()
	secret, err := hex.DecodeString(v.Secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := identity.KeyFromBytes(secret)
	if err != nil {
		t.Fatal(err)
	}
	body, err := hex.DecodeString(v.Body)
	if err != nil {
		t.Fatal(err)
	}
	d := identity.Domain{ChainID: v.ChainID, Registry: v.Registry}
	r, err := Sign(key, d, v.Kind, Stamp{v.Slot, v.Sequence, v.Expires}, body)
	if err != nil {
		t.Fatal(err)
	}
	digest, hash := r.Digest(d), r.Hash()
	v.Digest, v.Hash, v.Record = hex.EncodeToString(digest[:]), hex.EncodeToString(hash[:]), hex.EncodeToString(encoded(t, r))
	return v
}

func writeVectors(t *testing.T, file string) {
	t.Helper()
	start := uint64(now.UnixMilli())
	base := vector{
		Secret: "0101010101010101010101010101010101010101010101010101010101010101", ChainID: domain.ChainID,
		Registry: domain.Registry, Sequence: start, Expires: start + 3_600_000,
	}
	var vectors []vector
	add := func(name string, kind Kind, slot uint8, body []byte) {
		v := base
		v.Name, v.Kind, v.Slot, v.Body = name, kind, slot, hex.EncodeToString(body)
		vectors = append(vectors, computed(t, v))
	}
	add("proposal in slot 0", KindProposal, 0, []byte("not a proposal, but bytes"))
	add("proposal in slot 7", KindProposal, 7, bytes.Repeat([]byte{0xff}, 100))
	add("key", KindKey, 0, []byte("a key"))
	add("renewal", KindRenewal, 3, bytes.Repeat([]byte{0x5a}, 32))
	add("withdrawal", KindProposal, 0, nil)
	raw, err := json.MarshalIndent(vectors, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, kind := range []Kind{KindProposal, KindKey} {
		f.Add(encoded(f, signed(f, kind, []byte("body"))))
	}
	f.Add(encoded(f, signed(f, KindRenewal, make([]byte, 32))))
	f.Add(encoded(f, signed(f, KindProposal, nil)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Decode(raw)
		if err != nil {
			return
		}
		again, err := r.Encode()
		if err != nil || !bytes.Equal(raw, again) {
			t.Fatalf("decoded what encodes differently: %x, %v", again, err)
		}
		_ = r.Verify(domain, now) // must not panic
		_, _ = r.KeepUntil(), r.ExpiresAt()
		if r.Compare(r) != 0 {
			t.Fatal("beats itself")
		}
	})
}
