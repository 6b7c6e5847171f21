package nats

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

const (
	loginDomain   = "myst/nats-login/v1\x00"
	loginLifetime = 2 * time.Minute
	loginSkew     = 2 * time.Minute
	maxContact    = 320 // bytes of a contact's text form
)

// Contact is a broker: where it is and whose. Its text form, used in proposals, is the URL with the hub's
// identity as user: nats://0x…@hub.example:4222, or tls://… .
type Contact struct {
	Hub identity.Address
	URL string // nats://host:port or tls://host:port
}

// ParseContact reads the text form. The port defaults to 4222.
func ParseContact(s string) (Contact, error) {
	if len(s) > maxContact {
		return Contact{}, fmt.Errorf("broker contact of %d bytes, at most %d", len(s), maxContact)
	}
	u, err := url.Parse(s)
	if err != nil {
		return Contact{}, fmt.Errorf("broker contact: %w", err)
	}
	_, password := u.User.Password()
	switch {
	case u.Scheme != "nats" && u.Scheme != "tls":
		return Contact{}, fmt.Errorf("broker contact %q: want nats://0x…@host:port or tls://0x…@host:port", s)
	case u.User == nil || password:
		return Contact{}, fmt.Errorf("broker contact %q: want the hub's identity before the @", s)
	case u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return Contact{}, fmt.Errorf("broker contact %q: want host and port and nothing after them", s)
	}
	hub, err := identity.ParseAddress(u.User.Username())
	if err != nil {
		return Contact{}, fmt.Errorf("broker contact %q: the hub's identity: %w", s, err)
	}
	if u.Port() == "" {
		u.Host += ":4222"
	}
	return Contact{Hub: hub, URL: u.Scheme + "://" + strings.ToLower(u.Host)}, nil
}

// String is the text form.
func (c Contact) String() string {
	scheme, host, _ := strings.Cut(c.URL, "://")
	return scheme + "://" + c.Hub.String() + "@" + host
}

// login is what a client signs to get in.
type login struct {
	chainID uint64
	hub     identity.Address
	tlsKey  [32]byte
	nonce   []byte
	expires time.Time // whole milliseconds
}

func (l login) digest() [32]byte {
	b := make([]byte, 0, 128)
	b = append(b, loginDomain...)
	b = binary.BigEndian.AppendUint64(b, l.chainID)
	b = append(b, l.hub[:]...)
	b = append(b, l.tlsKey[:]...)
	b = append(b, l.nonce...)
	b = binary.BigEndian.AppendUint64(b, uint64(l.expires.UnixMilli()))
	return identity.Keccak256(b)
}

// proof is what goes into the sig field: the expiry and the signature.
func (l login) proof(signer identity.Signer) ([]byte, error) {
	signature, err := signer.Sign(l.digest())
	if err != nil {
		return nil, fmt.Errorf("sign broker login: %w", err)
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(l.expires.UnixMilli()))
	return append(b, signature[:]...), nil
}

// check verifies a proof. l.expires is taken from it.
func (l login) check(who identity.Address, proof []byte, now time.Time) error {
	if len(proof) != 8+len(identity.Signature{}) {
		return fmt.Errorf("login proof of %d bytes", len(proof))
	}
	millis := binary.BigEndian.Uint64(proof)
	if millis > 1<<48 {
		return errors.New("login expiry out of range")
	}
	l.expires = time.UnixMilli(int64(millis))
	if now.After(l.expires.Add(loginSkew)) {
		return fmt.Errorf("login expired %v ago", now.Sub(l.expires))
	}
	if l.expires.After(now.Add(loginLifetime + loginSkew)) {
		return fmt.Errorf("login expires in %v, at most %v", l.expires.Sub(now), loginLifetime)
	}
	return identity.Verify(who, l.digest(), identity.Signature(proof[8:]))
}

// keyHash is the SHA-256 of a certificate's public key.
func keyHash(c *x509.Certificate) [32]byte { return sha256.Sum256(c.RawSubjectPublicKeyInfo) }

const channelIDSize = 16

// isChannelID says whether s is 32 lower-case hexadecimal digits.
func isChannelID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == channelIDSize && hex.EncodeToString(b) == s
}

// token is an address as subjects spell it.
func token(a identity.Address) string { return "0x" + hex.EncodeToString(a[:]) }

func inboxSubject(reader, writer string) string { return "myst.in." + reader + "." + writer }

func replySubject(reader, channel, writer string) string {
	return "myst.re." + reader + "." + channel + "." + writer
}

func receiptSubject(sender, channel, acceptor, token string) string {
	return "myst.ack." + sender + "." + channel + "." + acceptor + "." + token
}

// isReceiptFor says whether subject is one where self may answer what sender wrote.
func isReceiptFor(subject, sender, self string) bool {
	t := strings.Split(subject, ".")
	return len(t) == 6 && isChannelID(t[3]) && isReceiptToken(t[5]) &&
		subject == receiptSubject(sender, t[3], self, t[5])
}

// isReceiptToken says whether s has the form of crypto/rand.Text.
func isReceiptToken(s string) bool {
	return len(s) == 26 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// subscriptions are the subjects that a connection may read.
func subscriptions(self, channel string) (inbox, reply, receipts string) {
	return inboxSubject(self, "*"), replySubject(self, channel, "*"), receiptSubject(self, channel, "*", "*")
}

// publications are the subjects that a connection may write.
func publications(self string) []string {
	return []string{inboxSubject("*", self), replySubject("*", "*", self), receiptSubject("*", "*", self, "*")}
}
