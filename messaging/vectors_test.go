package messaging

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// The vectors are ours: testdata/vectors.json was made by this package with -update. The encapsulations in it
// are random, so a second implementation checks itself by decrypting them with the recipients' keys;
// everything else, the messages under the ratchet included, it can also make.
var update = flag.Bool("update", false, "make testdata/vectors.json anew")

const vectorFile = "testdata/vectors.json"

// hexBytes is bytes that JSON shows as hexadecimal digits.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

type vectors struct {
	Comment         string      `json:"comment"`
	ChainID         uint64      `json:"chain_id"`
	Registry        hexBytes    `json:"registry"`
	OpenerSecret    hexBytes    `json:"opener_secret"`    // identity key
	ResponderSecret hexBytes    `json:"responder_secret"` // identity key
	KeyBody         hexBytes    `json:"key_body"`         // the responder's published key
	Steps           []vector    `json:"steps"`            // flights 1 to 3, then messages
	Schedule        scheduleHex `json:"schedule"`
	ExportLabel     string      `json:"export_label"`
	Export          hexBytes    `json:"export"`
}

type scheduleHex struct {
	Exporter     hexBytes `json:"exporter"`
	FromOpener   hexBytes `json:"chain_from_opener"`
	FromAnswerer hexBytes `json:"chain_to_opener"`
}

type vector struct {
	Name             string   `json:"name"`
	RecipientSeed    hexBytes `json:"recipient_seed,omitempty"` // X-Wing private key, flights only
	Info             hexBytes `json:"info,omitempty"`           // flights only
	TranscriptBefore hexBytes `json:"transcript_before"`
	SignedBytesHash  hexBytes `json:"signed_bytes_keccak256"`
	Payload          hexBytes `json:"payload"`
	Plaintext        hexBytes `json:"plaintext"`
	AdditionalData   hexBytes `json:"additional_data"`
	Envelope         hexBytes `json:"envelope"`
	FlightSecret     hexBytes `json:"flight_secret,omitempty"` // flights only
}

func seedOf(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

// script is what happens in the vectors: who says what, in order.
var script = []struct {
	name string
	v    envelope
	seed byte // of the recipient's key; zero under the ratchet
	next byte // of the key that it brings
	p    payload
}{
	{"flight 1", envelope{direction: fromOpener, sequence: 1, keyID: 0x01020304}, 0x21, 0x22, payload{replyTo: []byte("reply inbox of i"), message: Message{1, []byte("request")}}},
	{"flight 2", envelope{direction: toOpener, sequence: 1}, 0x22, 0x23, payload{message: Message{2, []byte("answer")}}},
	{"flight 3", envelope{direction: fromOpener, sequence: 2}, 0x23, 0, payload{message: Message{3, []byte("start")}}},
	{"message 1 from the opener", envelope{direction: fromOpener, sequence: 3}, 0, 0, payload{message: Message{4, []byte("hello")}}},
	{"message 1 to the opener", envelope{direction: toOpener, sequence: 2}, 0, 0, payload{message: Message{0, nil}}},
	{"message 2 from the opener", envelope{direction: fromOpener, sequence: 4}, 0, 0, payload{message: Message{4, bytes.Repeat([]byte{0xaa}, 600)}}},
}

// both are the two identities of the vectors.
func both(t *testing.T, v vectors) (opener, responder *identity.Key) {
	t.Helper()
	opener, err := identity.KeyFromBytes(v.OpenerSecret)
	if err != nil {
		t.Fatal(err)
	}
	if responder, err = identity.KeyFromBytes(v.ResponderSecret); err != nil {
		t.Fatal(err)
	}
	return opener, responder
}

func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	raw, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Steps) != len(script) {
		t.Fatalf("%d steps, want %d", len(v.Steps), len(script))
	}
	body, err := DecodeKeyBody(v.KeyBody)
	if err != nil || !bytes.Equal(body.PublicKey, keyFromSeed(0x21).PublicKey().Bytes()) || body.ID != 0x01020304 {
		t.Fatalf("key body %+v, %v", body, err)
	}
	walk(t, v)
}

// walk checks every step from the recipient's side, and that the sender's side gives the same bytes.
func walk(t *testing.T, v vectors) {
	t.Helper()
	opener, responder := both(t, v)
	var h transcript
	var exports [3]secret
	var s schedule
	for n, step := range v.Steps {
		e, err := decodeEnvelope(step.Envelope)
		if err != nil {
			t.Fatalf("%s: %v", step.Name, err)
		}
		same(t, step.Name+" transcript", h[:], step.TranscriptBefore)
		same(t, step.Name+" additional data", e.additionalData(), step.AdditionalData)
		var plaintext []byte
		if n < 3 {
			plaintext, exports[n], err = openFlight(e, keyFromSeed(step.RecipientSeed[0]), step.Info)
			same(t, step.Name+" secret", exports[n][:], step.FlightSecret)
		} else {
			r := &s.opener
			if e.direction == toOpener {
				r = &s.answerer
			}
			if plaintext, err = r.open(e); err == nil {
				same(t, step.Name+" envelope", r.seal(e, plaintext), step.Envelope) // and moves on
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", step.Name, err)
		}
		same(t, step.Name+" plaintext", plaintext, step.Plaintext)
		from, to := opener, responder
		if e.direction == toOpener {
			from, to = responder, opener
		}
		checkSigned(t, v, step, e, h, from, to.Address())
		if n < 3 {
			h = h.add(step.Envelope)
		}
		if n == 2 {
			s = newSchedule(exports, h)
			same(t, "exporter", s.exporter[:], v.Schedule.Exporter)
			same(t, "chain from the opener", s.opener.key[:], v.Schedule.FromOpener)
			same(t, "chain to the opener", s.answerer.key[:], v.Schedule.FromAnswerer)
			exported := expand(s.exporter[:], v.ExportLabel)
			same(t, "export", exported[:], v.Export)
		}
	}
}

func checkSigned(t *testing.T, v vectors, step vector, e envelope, h transcript, from *identity.Key, to identity.Address) {
	t.Helper()
	s, err := decodeSealed(step.Plaintext)
	if err != nil || s.sender != from.Address() {
		t.Fatalf("%s: sealed by %s, %v", step.Name, s.sender, err)
	}
	same(t, step.Name+" payload", s.payload, step.Payload)
	domain := identity.Domain{ChainID: v.ChainID, Registry: identity.Address(v.Registry)}
	digest := place{domain, s.sender, to, e.dialogue, e.direction, e.sequence, h}.digest(s.payload)
	same(t, step.Name+" digest", digest[:], step.SignedBytesHash)
	if err := identity.Verify(s.sender, digest, s.signature); err != nil {
		t.Fatalf("%s: %v", step.Name, err)
	}
	p, err := decodePayload(s.payload)
	if err != nil {
		t.Fatalf("%s: %v", step.Name, err)
	}
	same(t, step.Name+" payload encoding", p.encode(), step.Payload)
	again, err := s.encode()
	if err != nil {
		t.Fatal(err)
	}
	same(t, step.Name+" plaintext encoding", again, step.Plaintext)
}

func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Fatalf("%s: %x, want %x", what, got, want)
	}
}

// writeVectors plays the script with real encapsulations.
func writeVectors(t *testing.T) {
	t.Helper()
	v := vectors{
		Comment: "made by this project with: go test ./messaging -run TestVectors -update",
		ChainID: 31337, Registry: bytes.Repeat([]byte{0x33}, 20), OpenerSecret: seedOf(0x11), ResponderSecret: seedOf(0x12),
		ExportLabel: "myst/tunnel/v1",
	}
	opener, responder := both(t, v)
	start := time.UnixMilli(1_800_000_000_000)
	record := keyFromSeed(0x21).PublicKey().Bytes()
	v.KeyBody = KeyBody{ID: 0x01020304, PublicKey: record, NotBefore: start.Add(-time.Hour), NotAfter: start.Add(23 * time.Hour)}.Encode()
	var h transcript
	var exports [3]secret
	var s schedule
	for n, line := range script {
		from, to := opener, responder
		if line.v.direction == toOpener {
			from, to = responder, opener
		}
		e, p := line.v, line.p
		copy(e.dialogue[:], "sixteen byte id.")
		p.sent = start.Add(time.Duration(n) * time.Second)
		p.expires = p.sent.Add(MaxLifetime)
		if line.next != 0 {
			p.nextKey = keyFromSeed(line.next).PublicKey().Bytes()
		}
		step := vector{Name: line.name, TranscriptBefore: bytes.Clone(h[:]), Payload: p.encode()}
		domain := identity.Domain{ChainID: v.ChainID, Registry: identity.Address(v.Registry)}
		digest := place{domain, from.Address(), to.Address(), e.dialogue, e.direction, e.sequence, h}.digest(step.Payload)
		signature, err := from.Sign(digest)
		if err != nil {
			t.Fatal(err)
		}
		step.SignedBytesHash = digest[:]
		plaintext, err := sealed{sender: from.Address(), payload: step.Payload, signature: signature}.encode()
		if err != nil {
			t.Fatal(err)
		}
		step.Plaintext = plaintext
		if n < 3 {
			step.Info = [][]byte{openInfo(to.Address(), e.keyID), acceptInfo(h), confirmInfo(h)}[n]
			step.RecipientSeed = seedOf(line.seed)
			if step.Envelope, exports[n], err = sealFlight(e, keyFromSeed(line.seed).PublicKey(), step.Info, plaintext); err != nil {
				t.Fatal(err)
			}
			step.FlightSecret = bytes.Clone(exports[n][:])
			h = h.add(step.Envelope)
		} else if e.direction == fromOpener {
			step.Envelope = s.opener.seal(e, plaintext)
		} else {
			step.Envelope = s.answerer.seal(e, plaintext)
		}
		if n == 2 {
			s = newSchedule(exports, h)
			v.Schedule = scheduleHex{bytes.Clone(s.exporter[:]), bytes.Clone(s.opener.key[:]), bytes.Clone(s.answerer.key[:])}
			exported := expand(s.exporter[:], v.ExportLabel)
			v.Export = exported[:]
		}
		decoded, err := decodeEnvelope(step.Envelope)
		if err != nil {
			t.Fatal(err)
		}
		step.AdditionalData = decoded.additionalData()
		v.Steps = append(v.Steps, step)
	}
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vectorFile, append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
