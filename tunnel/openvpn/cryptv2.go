package openvpn

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/pem"
	"fmt"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// The keys below are those of OpenVPN's tls-crypt-v2 (doc/tls-crypt-v2.txt in its source): the server
// holds one key, with which it opens the wrapped client key that a consumer sends ahead of its first
// packet. What is not encrypted with a client key that this server wrapped never reaches TLS.

// Sizes in bytes.
const (
	serverKeySize = 128 // two keys of 512 bits, of which the first 256 bits of each are used
	cryptKeySize  = 256 // Kc, for both directions
	tagSize       = sha256.Size
	lengthSize    = 2
	metadataSize  = 1 + len(tunnel.SessionID{})
	wrappedSize   = tagSize + cryptKeySize + metadataSize + lengthSize
	clientKeySize = cryptKeySize + wrappedSize
)

// userMetadata marks metadata as free-form.
const userMetadata = 0x00

// serverKey is a provider's tls-crypt-v2 key.
type serverKey [serverKeySize]byte

// clientKey is one session's tls-crypt-v2 key, as the consumer needs it: Kc ‖ WKc.
type clientKey [clientKeySize]byte

func newServerKey() serverKey {
	var k serverKey
	_, _ = rand.Read(k[:]) // never fails
	return k
}

// encryption is Ke of the specification.
func (k *serverKey) encryption() []byte { return k[:32] }

// authentication is Ka of the specification.
func (k *serverKey) authentication() []byte { return k[64:96] }

// pem is the form in which openvpn reads the key.
func (k *serverKey) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "OpenVPN tls-crypt-v2 server key", Bytes: k[:]})
}

// newClientKey makes a key for one session. Its metadata is the session's ID, so that whoever holds
// the server's key can tell whose it is.
func (k *serverKey) newClientKey(id tunnel.SessionID) clientKey {
	var kc [cryptKeySize]byte
	_, _ = rand.Read(kc[:]) // never fails
	return k.wrap(kc, id)
}

// wrap computes WKc = T ‖ AES-256-CTR(Ke, IV, Kc ‖ metadata) ‖ length, where
// T = HMAC-SHA256(Ka, length ‖ Kc ‖ metadata), IV is T's first 128 bits and length is WKc's.
func (k *serverKey) wrap(kc [cryptKeySize]byte, id tunnel.SessionID) clientKey {
	var key clientKey
	copy(key[:], kc[:])
	wrapped := key[cryptKeySize:]
	tag, sealed, length := wrapped[:tagSize], wrapped[tagSize:wrappedSize-lengthSize], wrapped[wrappedSize-lengthSize:]
	copy(sealed, kc[:])
	sealed[cryptKeySize] = userMetadata
	copy(sealed[cryptKeySize+1:], id[:])
	binary.BigEndian.PutUint16(length, uint16(wrappedSize))
	copy(tag, k.tag(length, sealed))
	k.crypt(tag, sealed)
	return key
}

func (k *serverKey) tag(length, plain []byte) []byte {
	mac := hmac.New(sha256.New, k.authentication())
	mac.Write(length)
	mac.Write(plain)
	return mac.Sum(nil)
}

// crypt encrypts or decrypts data in place.
func (k *serverKey) crypt(tag, data []byte) {
	block, err := aes.NewCipher(k.encryption())
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	cipher.NewCTR(block, tag[:aes.BlockSize]).XORKeyStream(data, data)
}

// pem is the form in which openvpn reads the key.
func (k *clientKey) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "OpenVPN tls-crypt-v2 client key", Bytes: k[:]})
}

// parseClientKey checks what can be checked without the server's key: openvpn refuses to start on a
// wrapped key whose length field is wrong.
func parseClientKey(raw []byte) (clientKey, error) {
	if len(raw) != clientKeySize {
		return clientKey{}, fmt.Errorf("tls-crypt-v2 key of %d bytes, want %d", len(raw), clientKeySize)
	}
	if n := int(binary.BigEndian.Uint16(raw[clientKeySize-lengthSize:])); n != wrappedSize {
		return clientKey{}, fmt.Errorf("tls-crypt-v2 key says that it wraps %d bytes, want %d", n, wrappedSize)
	}
	return clientKey(raw), nil
}
