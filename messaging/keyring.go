package messaging

import (
	"crypto/hpke"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/internal/pb"
)

const (
	// KeyLifetime is how long a published messaging key is valid.
	KeyLifetime = 24 * time.Hour
	// keyGrace is how long after NotAfter the secret half is kept, for flights under way.
	keyGrace = 10 * time.Minute
)

// KeyBody is the body of a KeyRecord: a messaging key that an identity publishes.
type KeyBody struct {
	ID        uint32 // never zero
	PublicKey []byte // X-Wing (ML-KEM-768 and X25519), 1,216 bytes
	NotBefore time.Time
	NotAfter  time.Time // at most KeyLifetime after NotBefore
}

// Encode returns the wire form: pb.MessagingKeyBody in its canonical encoding.
func (k KeyBody) Encode() []byte {
	return marshal(&pb.MessagingKeyBody{
		KeyId: k.ID, PublicKey: k.PublicKey,
		NotBeforeMs: uint64(k.NotBefore.UnixMilli()), NotAfterMs: uint64(k.NotAfter.UnixMilli()),
	})
}

// DecodeKeyBody reads the wire form. Error: ErrKey.
func DecodeKeyBody(b []byte) (KeyBody, error) {
	var w pb.MessagingKeyBody
	if len(b) > 2*publicKeySize {
		return KeyBody{}, fmt.Errorf("%w: body of %d bytes", ErrKey, len(b))
	}
	if err := unmarshal(b, &w); err != nil {
		return KeyBody{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	k := KeyBody{ID: w.KeyId, PublicKey: w.PublicKey}
	switch {
	case w.KeyId == 0:
		return KeyBody{}, fmt.Errorf("%w: no key ID", ErrKey)
	case len(w.PublicKey) != publicKeySize:
		return KeyBody{}, fmt.Errorf("%w: public key of %d bytes, want %d", ErrKey, len(w.PublicKey), publicKeySize)
	case w.NotBeforeMs > maxMillis || w.NotAfterMs > maxMillis || w.NotAfterMs <= w.NotBeforeMs:
		return KeyBody{}, fmt.Errorf("%w: valid from %d to %d ms", ErrKey, w.NotBeforeMs, w.NotAfterMs)
	}
	k.NotBefore, k.NotAfter = time.UnixMilli(int64(w.NotBeforeMs)), time.UnixMilli(int64(w.NotAfterMs))
	if life := k.NotAfter.Sub(k.NotBefore); life > KeyLifetime {
		return KeyBody{}, fmt.Errorf("%w: valid for %v, at most %v", ErrKey, life, KeyLifetime)
	}
	if _, err := kem.NewPublicKey(k.PublicKey); err != nil {
		return KeyBody{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return k, nil
}

// covers returns nil when the key may be used at a time, give or take MaxSkew, else ErrKey.
func (k KeyBody) covers(at time.Time) error {
	if at.Before(k.NotBefore.Add(-MaxSkew)) || at.After(k.NotAfter.Add(MaxSkew)) {
		return fmt.Errorf("%w: valid from %s to %s", ErrKey, k.NotBefore.UTC().Format(time.RFC3339), k.NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}

// Keyring makes, rotates and forgets the secret halves of messaging keys. They are only ever in
// memory: a restarted node has new keys, and nothing sealed to the old ones can be opened.
type Keyring struct {
	clock func() time.Time

	mu   sync.Mutex
	keys []messagingKey // oldest first
}

type messagingKey struct {
	body    KeyBody
	private hpke.PrivateKey
}

// NewKeyring makes a keyring with a first key. Clock nil is time.Now.
func NewKeyring(clock func() time.Time) (*Keyring, error) {
	if clock == nil {
		clock = time.Now
	}
	k := &Keyring{clock: clock}
	if _, err := k.Current(); err != nil {
		return nil, err
	}
	return k, nil
}

// Current returns the encoded KeyBody to publish now, after making a new key if the newest is
// past half of its life. Ask at least every hour, and publish what changed. Asking also
// erases the keys that are ten minutes past their end, as the endpoint's housekeeping does.
func (k *Keyring) Current() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock()
	k.prune(now)
	if n := len(k.keys); n == 0 || !now.Before(k.keys[n-1].body.NotBefore.Add(KeyLifetime/2)) {
		fresh, err := newMessagingKey(now)
		if err != nil {
			return nil, err
		}
		k.keys = append(k.keys, fresh)
	}
	return k.keys[len(k.keys)-1].body.Encode(), nil
}

func newMessagingKey(now time.Time) (messagingKey, error) {
	private, err := kem.GenerateKey()
	if err != nil {
		return messagingKey{}, fmt.Errorf("make messaging key: %w", err)
	}
	var id [4]byte
	for id == [4]byte{} {
		_, _ = rand.Read(id[:]) // never fails: it aborts the program instead
	}
	start := now.Truncate(time.Millisecond)
	return messagingKey{private: private, body: KeyBody{
		ID: binary.BigEndian.Uint32(id[:]), PublicKey: private.PublicKey().Bytes(),
		NotBefore: start, NotAfter: start.Add(KeyLifetime),
	}}, nil
}

// private returns the key with an ID, while it exists.
func (k *Keyring) private(id uint32, now time.Time) (messagingKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prune(now)
	for _, key := range k.keys {
		if key.body.ID == id {
			return key, true
		}
	}
	return messagingKey{}, false
}

// housekeep erases what has to go also while nobody asks.
func (k *Keyring) housekeep() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prune(k.clock())
}

// prune drops the keys whose grace is over. The library offers no way to overwrite a secret; dropping the
// only reference is what can be done.
func (k *Keyring) prune(now time.Time) {
	keep := 0
	for keep < len(k.keys) && now.After(k.keys[keep].body.NotAfter.Add(keyGrace)) {
		k.keys[keep] = messagingKey{}
		keep++
	}
	k.keys = k.keys[keep:]
}
