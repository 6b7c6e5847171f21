// Package messaging lets two identities talk: every message is signed by its sender, then encrypted
// to its recipient, and arrives in order, once, or not at all.
//
// An [Endpoint] is one identity's end. A consumer opens a [Dialogue] to a [Peer], a provider accepts
// it, in three flights:
//
//	consumer (opens)                              provider (accepts)
//	Endpoint.Open     ── flight 1: request ──▶    Endpoint.Accept, Incoming.Message
//	Opening.Reply     ◀── flight 2: answer ───    Incoming.Reply
//	Opening.Confirm   ── flight 3: start ────▶    Incoming.Await
//	Dialogue          ◀── ratcheted keys ────▶    Dialogue
//
// Flight 1 is sealed (HPKE, X-Wing) to the messaging key that the provider published; a [Keyring]
// makes, rotates and forgets such keys, and [KeyBody] is their published form. Flights 2 and 3 are sealed
// to fresh keys that the flight before brought. From the secrets of all three both ends derive
// a root, from the root one key for each direction, and a key is replaced by a hash of itself after
// every message, so that neither a key published for a day nor a captured node opens old traffic.
// Every signature covers the chain, the registry, both addresses, the dialogue, the direction, the sequence and a
// transcript of the flights: a signed message means nothing to anybody else or at any other place.
//
// A [Channel] carries the sealed envelopes, over a broker (sub-package nats) or otherwise. It may lose,
// repeat, delay and reorder them; it tells the sender when the recipient accepted one. A dialogue sends
// the same bytes again until then, so an outage of seconds costs seconds. A channel's operator
// sees who talks to whom, when and how much; it cannot read, forge or reorder undetected.
// Package messagingtest has the suite that every channel passes, and a channel in memory that misbehaves on demand.
//
// Wire format: protocol.md, sections Keys and Dialogue, and internal/pb/messaging.proto. What that page leaves
// open is fixed here: direction 1 is from the opener, 2 to it; the sequence of a direction starts at 1; h(0) is 32 zero
// bytes; the HPKE suite is MLKEM768-X25519, HKDF-SHA256, ChaCha20-Poly1305; the rest is in schedule.go.
package messaging
