package nats

import (
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// LoginProof is what a client puts into sig.
func LoginProof(signer identity.Signer, chainID uint64, hub identity.Address, tlsKey [32]byte, nonce []byte, expires time.Time) ([]byte, error) {
	return login{chainID: chainID, hub: hub, tlsKey: tlsKey, nonce: nonce, expires: expires}.proof(signer)
}

// LoginDigest is what it signs.
func LoginDigest(chainID uint64, hub identity.Address, tlsKey [32]byte, nonce []byte, expires time.Time) [32]byte {
	return login{chainID: chainID, hub: hub, tlsKey: tlsKey, nonce: nonce, expires: expires}.digest()
}

// Inspect does now what the broker does every second.
func (b *Broker) Inspect() { b.police.inspect() }

// Subjects as the package spells them.
var (
	Token          = token
	InboxSubject   = inboxSubject
	ReplySubject   = replySubject
	ReceiptSubject = receiptSubject
)
