package messaging

import (
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/mysteriumnetwork/myst/identity"
)

// Every derived value has a label of its own; docs/wire.md lists them.
const (
	signDomain   = "myst/message/v1\x00"
	infoOpen     = "myst/open/v1"    // ‖ responder ‖ key_id u32
	infoAccept   = "myst/accept/v1"  // ‖ h1
	infoConfirm  = "myst/confirm/v1" // ‖ h2
	exportFlight = "myst/export/v1"  // HPKE exporter context of each flight, 32 bytes
	labelChain   = "myst/chain/v1"   // root ‖ direction u8 → first key of a direction
	labelMessage = "myst/message-key/v1"
	labelNext    = "myst/ratchet/v1"
	labelExport  = "myst/exporter/v1" // root → exporter, from which Dialogue.Export expands its label
)

var kem = hpke.MLKEM768X25519()

type secret = [32]byte

// transcript is h(n) = SHA-256(h(n−1) ‖ envelope n); h(0) is 32 zero bytes.
type transcript [32]byte

func (t transcript) add(envelope []byte) transcript {
	h := sha256.New()
	h.Write(t[:])
	h.Write(envelope)
	return transcript(h.Sum(nil))
}

// place is where in all of the network a message stands; the signature covers every part of it.
type place struct {
	domain            identity.Domain
	sender, recipient identity.Address
	dialogue          dialogueID
	direction         direction
	sequence          uint64
	transcript        transcript
}

// digest is what the sender signs.
func (p place) digest(payload []byte) [32]byte {
	body := sha256.Sum256(payload)
	b := make([]byte, 0, 256)
	b = append(b, signDomain...)
	b = binary.BigEndian.AppendUint64(b, p.domain.ChainID)
	b = append(b, p.domain.Registry[:]...)
	b = append(b, p.sender[:]...)
	b = append(b, p.recipient[:]...)
	b = append(b, p.dialogue[:]...)
	b = append(b, byte(p.direction))
	b = binary.BigEndian.AppendUint64(b, p.sequence)
	b = append(b, p.transcript[:]...)
	b = append(b, body[:]...)
	return identity.Keccak256(b)
}

func openInfo(responder identity.Address, keyID uint32) []byte {
	b := append([]byte(infoOpen), responder[:]...)
	return binary.BigEndian.AppendUint32(b, keyID)
}

func acceptInfo(h1 transcript) []byte  { return append([]byte(infoAccept), h1[:]...) }
func confirmInfo(h2 transcript) []byte { return append([]byte(infoConfirm), h2[:]...) }

// sealFlight encrypts plaintext to key, completes v and returns its encoding and the flight's secret.
func sealFlight(v envelope, key hpke.PublicKey, info, plaintext []byte) (raw []byte, export secret, err error) {
	enc, sender, err := hpke.NewSender(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info)
	if err != nil {
		return nil, secret{}, fmt.Errorf("seal: %w", err)
	}
	v.enc = enc
	if v.ciphertext, err = sender.Seal(v.additionalData(), plaintext); err != nil {
		return nil, secret{}, fmt.Errorf("seal: %w", err)
	}
	exported, err := sender.Export(exportFlight, len(export))
	if err != nil {
		return nil, secret{}, fmt.Errorf("seal: %w", err)
	}
	return v.encode(), secret(exported), nil
}

// openFlight decrypts v and returns the flight's secret.
func openFlight(v envelope, key hpke.PrivateKey, info []byte) (plaintext []byte, export secret, err error) {
	recipient, err := hpke.NewRecipient(v.enc, key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info)
	if err != nil {
		return nil, secret{}, fmt.Errorf("decrypt: %w", err)
	}
	if plaintext, err = recipient.Open(v.additionalData(), v.ciphertext); err != nil {
		return nil, secret{}, fmt.Errorf("decrypt: %w", err)
	}
	exported, err := recipient.Export(exportFlight, len(export))
	if err != nil {
		return nil, secret{}, fmt.Errorf("decrypt: %w", err)
	}
	return plaintext, secret(exported), nil
}

// schedule is what both ends derive once the three flights have passed.
type schedule struct {
	exporter         secret
	opener, answerer ratchet // by direction: fromOpener, toOpener
}

// newSchedule derives the root and forgets it: whoever held it could compute every later key.
func newSchedule(exports [3]secret, h3 transcript) schedule {
	var material []byte
	for _, e := range exports {
		material = append(material, e[:]...)
	}
	root, err := hkdf.Extract(sha256.New, material, h3[:])
	if err != nil {
		panic("messaging: " + err.Error()) // only a FIPS policy on key sizes fails
	}
	clear(material)
	defer clear(root)
	return schedule{
		exporter: expand(root, labelExport),
		opener:   ratchet{key: expand(root, labelChain+string([]byte{byte(fromOpener)}))},
		answerer: ratchet{key: expand(root, labelChain+string([]byte{byte(toOpener)}))},
	}
}

// expand is HKDF-Expand with SHA-256 to 32 bytes.
func expand(key []byte, label string) secret {
	out, err := hkdf.Expand(sha256.New, key, label, len(secret{}))
	if err != nil {
		panic("messaging: " + err.Error()) // 32 bytes are never too many
	}
	return secret(out)
}

// ratchet holds the key of one direction. Each message takes a key of its own, and with it the ratchet moves
// on and cannot go back.
type ratchet struct{ key secret }

// seal encrypts the next message and moves on.
func (r *ratchet) seal(v envelope, plaintext []byte) []byte {
	v.ciphertext = r.aead().Seal(nil, make([]byte, chacha20poly1305.NonceSize), plaintext, v.additionalData())
	r.advance()
	return v.encode()
}

// open decrypts v without moving: forged bytes must not cost the direction its key.
func (r *ratchet) open(v envelope) ([]byte, error) {
	plaintext, err := r.aead().Open(nil, make([]byte, chacha20poly1305.NonceSize), v.ciphertext, v.additionalData())
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	return plaintext, nil
}

// advance replaces the key by a hash of itself.
func (r *ratchet) advance() { r.key = expand(r.key[:], labelNext) }

// erase forgets the key.
func (r *ratchet) erase() { clear(r.key[:]) }

// aead returns the cipher of the next message. Its key is used once, so the nonce is zero.
func (r *ratchet) aead() aead {
	key := expand(r.key[:], labelMessage)
	defer clear(key[:])
	c, err := chacha20poly1305.New(key[:])
	if err != nil {
		panic("messaging: " + err.Error()) // the key has 32 bytes
	}
	return c
}

type aead interface {
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}
