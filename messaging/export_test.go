package messaging

import (
	"crypto/hpke"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// Reasons of refusal.
var (
	ErrMalformed    = errMalformed
	ErrUnknown      = errUnknown
	ErrOrder        = errOrder
	ErrDirection    = errDirection
	ErrReplay       = errReplay
	ErrStale        = errStale
	ErrKeyID        = errKeyID
	ErrSender       = errSender
	ErrUnregistered = errUnregistered
	ErrTime         = errTime
	ErrRation       = errRation
	ErrFull         = errFull
)

// Forgery is a first flight in which everything can be chosen. NewForgery makes an honest one.
type Forgery struct {
	// The envelope.
	Recipient identity.Address // in the info
	KeyID     uint32
	Key       []byte // public
	Dialogue  [16]byte
	Direction uint8
	Sequence  uint64
	// What is signed, beside the payload.
	Domain         identity.Domain
	SignedSender   identity.Address
	SignedTo       identity.Address
	SignedDialogue [16]byte
	SignedDir      uint8
	SignedSequence uint64
	Transcript     [32]byte
	Signer         identity.Signer
	// The sealed message.
	Sender  identity.Address
	Spoil   func(sealed []byte) []byte // of the encoded, padded plaintext
	Unsign  bool
	Replace func(payload []byte) []byte // after it was signed
	// The payload.
	Sent, Expires    time.Time
	NextKey, ReplyTo []byte
	Message          Message
}

// NewForgery makes an honest first flight.
func NewForgery(domain identity.Domain, signer identity.Signer, to identity.Address, key KeyBody, now time.Time) *Forgery {
	next, err := kem.GenerateKey()
	if err != nil {
		panic(err)
	}
	id := [16]byte{1, 2, 3}
	return &Forgery{
		Recipient: to, KeyID: key.ID, Key: key.PublicKey, Dialogue: id, Direction: 1, Sequence: 1,
		Domain: domain, SignedSender: signer.Address(), SignedTo: to, SignedDialogue: id, SignedDir: 1, SignedSequence: 1,
		Signer: signer, Sender: signer.Address(), Sent: now, Expires: now.Add(MaxLifetime),
		NextKey: next.PublicKey().Bytes(), ReplyTo: make([]byte, 16), Message: Message{Kind: 1, Body: []byte("forged")},
	}
}

// Envelope seals the flight.
func (f *Forgery) Envelope() []byte {
	body := payload{sent: f.Sent, expires: f.Expires, nextKey: f.NextKey, replyTo: f.ReplyTo, message: f.Message}.encode()
	signature, err := f.Signer.Sign(place{
		domain: f.Domain, sender: f.SignedSender, recipient: f.SignedTo, dialogue: f.SignedDialogue,
		direction: direction(f.SignedDir), sequence: f.SignedSequence, transcript: f.Transcript,
	}.digest(body))
	if err != nil {
		panic(err)
	}
	if f.Unsign {
		signature = identity.Signature{}
	}
	if f.Replace != nil {
		body = f.Replace(body)
	}
	plaintext, err := sealed{sender: f.Sender, payload: body, signature: signature}.encode()
	if err != nil {
		panic(err)
	}
	if f.Spoil != nil {
		plaintext = f.Spoil(plaintext)
	}
	key, err := kem.NewPublicKey(f.Key)
	if err != nil {
		panic(err)
	}
	v := envelope{dialogue: f.Dialogue, direction: direction(f.Direction), sequence: f.Sequence, keyID: f.KeyID}
	raw, _, err := sealFlight(v, key, openInfo(f.Recipient, f.KeyID), plaintext)
	if err != nil {
		panic(err)
	}
	return raw
}

// Reseal opens a first flight with its recipient's own key and seals what is inside, signature and all, to
// somebody else: what a dishonest recipient can do.
func Reseal(raw []byte, k *Keyring, recipient, to identity.Address, toKey KeyBody) []byte {
	v, err := decodeEnvelope(raw)
	if err != nil {
		panic(err)
	}
	key, ok := k.private(v.keyID, k.clock())
	if !ok {
		panic("the recipient has no such key")
	}
	plaintext, _, err := openFlight(v, key.private, openInfo(recipient, v.keyID))
	if err != nil {
		panic(err)
	}
	public, err := kem.NewPublicKey(toKey.PublicKey)
	if err != nil {
		panic(err)
	}
	out, _, err := sealFlight(envelope{dialogue: v.dialogue, direction: fromOpener, sequence: 1, keyID: toKey.ID}, public,
		openInfo(to, toKey.ID), plaintext)
	if err != nil {
		panic(err)
	}
	return out
}

// Answer makes flight 2 with the recipient's own key, signed by whoever.
func Answer(domain identity.Domain, raw []byte, k *Keyring, recipient identity.Address, signer identity.Signer, now time.Time) []byte {
	v, err := decodeEnvelope(raw)
	if err != nil {
		panic(err)
	}
	key, ok := k.private(v.keyID, k.clock())
	if !ok {
		panic("the recipient has no such key")
	}
	plaintext, _, err := openFlight(v, key.private, openInfo(recipient, v.keyID))
	if err != nil {
		panic(err)
	}
	opener, err := decodeSealed(plaintext)
	if err != nil {
		panic(err)
	}
	request, err := decodePayload(opener.payload)
	if err != nil {
		panic(err)
	}
	theirs, err := kem.NewPublicKey(request.nextKey)
	if err != nil {
		panic(err)
	}
	h1 := transcript{}.add(raw)
	body := payload{sent: now, expires: now.Add(MaxLifetime), nextKey: request.nextKey, message: Message{Kind: 7, Body: []byte("reply")}}.encode()
	signature, err := signer.Sign(place{domain, signer.Address(), opener.sender, v.dialogue, toOpener, 1, h1}.digest(body))
	if err != nil {
		panic(err)
	}
	plaintext, err = sealed{sender: signer.Address(), payload: body, signature: signature}.encode()
	if err != nil {
		panic(err)
	}
	out, _, err := sealFlight(envelope{dialogue: v.dialogue, direction: toOpener, sequence: 1}, theirs, acceptInfo(h1), plaintext)
	if err != nil {
		panic(err)
	}
	return out
}

// Holds says whether the keyring still has a key's secret, without pruning.
func (k *Keyring) Holds(id uint32) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range k.keys {
		if key.body.ID == id {
			return true
		}
	}
	return false
}

// Keys returns the dialogue's two ratchet keys.
func (d *Dialogue) Keys() (incoming, outgoing [32]byte) {
	d.receiving.Lock()
	incoming = d.incoming.key
	d.receiving.Unlock()
	d.sending <- struct{}{}
	outgoing = d.outgoing.key
	<-d.sending
	return incoming, outgoing
}

// PublicKeyOf derives an X-Wing key from a seed, for vectors.
func keyFromSeed(seed byte) hpke.PrivateKey {
	b := make([]byte, 32)
	for i := range b {
		b[i] = seed
	}
	k, err := kem.NewPrivateKey(b)
	if err != nil {
		panic(err)
	}
	return k
}
