package messaging

import "time"

// KeyBody is the body of a KeyRecord: a messaging key that an identity publishes.
type KeyBody struct {
	ID        uint32 // never zero
	PublicKey []byte // X-Wing (ML-KEM-768 and X25519), 1,216 bytes
	NotBefore time.Time
	NotAfter  time.Time // at most 24 h after NotBefore
}

// Encode returns the wire form.
func (k KeyBody) Encode() []byte { panic("not yet") }

// DecodeKeyBody reads the wire form. Error: ErrKey.
func DecodeKeyBody(b []byte) (KeyBody, error) { panic("not yet") }

// Keyring makes, rotates and forgets the secret halves of messaging keys. They are only ever in memory.
type Keyring struct{}

// NewKeyring makes a keyring with a first key. Clock nil is time.Now.
func NewKeyring(clock func() time.Time) (*Keyring, error) { panic("not yet") }

// Current returns the encoded KeyBody to publish now, after making a new key if the newest is
// past half of its life. Ask at least every hour, and publish what changed.
func (k *Keyring) Current() ([]byte, error) { panic("not yet") }
