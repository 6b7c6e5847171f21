// Package nats carries sealed envelopes through NATS brokers.
//
// A hub runs a [Broker]: an embedded NATS server which only registered identities may use. A node holds one
// [Channel], which connects to as many brokers as its contacts name; a [Contact] is a broker's address and the
// identity of the hub that runs it.
//
// # Login
//
// The client puts its address into the NATS CONNECT field nkey, its channel's 16 random bytes as 32 hexadecimal
// digits into name, and into sig, base64url, expiry ‖ signature: 8 bytes, unix milliseconds, and 65 bytes over
//
//	keccak256("myst/nats-login/v1\0" ‖ chain ID u64 ‖ hub identity ‖ key ‖ nonce ‖ expiry u64)
//
// where key is the SHA-256 of the broker's TLS public key (SubjectPublicKeyInfo) as this end saw it, or 32 zero
// bytes without TLS, and nonce is what the server's INFO says. So a hub can use a login neither at
// another hub nor, with TLS, as a man in the middle.
//
// # Subjects
//
// Addresses are in lower case. A connection of identity S, channel C, may publish only under a subject that ends with
// or contains S in the place of the writer, so that no reader can be told a wrong source; and it
// may subscribe only to what is addressed to itself.
//
//	myst.in.<reader>.<writer>                         the reader's shared inbox
//	myst.re.<reader>.<channel>.<writer>               one channel's reply inbox
//	myst.ack.<sender>.<channel>.<acceptor>.<token>    the receipt, empty; token is random
//
// The subject of the receipt travels as the NATS reply subject. A recipient answers there only when the
// subject names the envelope's own writer, once the envelope was accepted: nobody can be made to write to a third party.
package nats
