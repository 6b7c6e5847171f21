package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/messaging"
)

// ReleaseRequest asks a provider to give a payment channel back at once, instead of after the contract's delay. It is flight 1
// of a dialogue of its own; flight 2 answers, and there is no third.
type ReleaseRequest struct {
	// Correlation is chosen by the consumer; zero takes a random one.
	Correlation [16]byte
	Channel     uint8
	Epoch       uint16
	// Peer is who asks; set by AnswerRelease from the dialogue, ignored when sending.
	Peer identity.Address
}

// DecideRelease looks at a request. An error that is a *Refusal is sent as it is, any other as [Internal].
type DecideRelease func(ctx context.Context, r ReleaseRequest) (intent.SignedRelease, error)

// AskRelease asks a provider for a release. What it signed is well-formed, and for the caller to verify. A provider that does
// not release the channel makes the error a [*Refusal], one that answers nonsense ErrMessage.
func AskRelease(ctx context.Context, to Opener, cfg Config, r ReleaseRequest) (intent.SignedRelease, error) {
	cfg = cfg.withDefaults()
	if r.Correlation == ([16]byte{}) {
		_, _ = rand.Read(r.Correlation[:]) // never fails
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.Answer)
	defer cancel()
	op, err := to.Open(ctx, r.encode())
	if err != nil {
		return intent.SignedRelease{}, fmt.Errorf("ask for a release: %w", err)
	}
	defer op.Close()
	answer, err := decodeReleaseReply(op.Reply())
	switch {
	case err != nil:
		return intent.SignedRelease{}, fmt.Errorf("ask for a release: %w", err)
	case answer.correlation != r.Correlation:
		return intent.SignedRelease{}, fmt.Errorf("ask for a release: %w: answer to another request", ErrMessage)
	case answer.refusal != NoReason:
		return intent.SignedRelease{}, Refuse(answer.refusal, nil)
	}
	return answer.release, nil
}

// AsksRelease says whether a first flight asks for a release, and not for a session.
func AsksRelease(in Incoming) bool { return in.Message().Kind == kindRelease }

// AnswerRelease answers a request for a release. The error of a request that was refused is the [*Refusal] that was sent.
func AnswerRelease(ctx context.Context, in Incoming, cfg Config, decide DecideRelease) (ReleaseRequest, error) {
	cfg = cfg.withDefaults()
	defer in.Close()
	ctx, cancel := context.WithTimeout(ctx, cfg.Answer)
	defer cancel()
	request, err := decodeRelease(in.Message())
	request.Peer = in.Peer()
	answer := releaseReply{correlation: request.Correlation}
	if err == nil {
		answer.release, err = decide(ctx, request)
	}
	if err != nil {
		refusal := refusalOf(err)
		answer.refusal, err = refusal.Reason, refusal
	}
	if untold := in.Reply(ctx, answer.encode()); untold != nil {
		err = errors.Join(err, fmt.Errorf("answer to a request for a release: %w", untold))
	}
	return request, err
}

func (r ReleaseRequest) encode() messaging.Message {
	return encode(kindRelease, &pb.ReleaseRequest{
		Version: Version, Correlation: r.Correlation[:], Channel: uint32(r.Channel), Epoch: uint32(r.Epoch),
	})
}

// decodeRelease reads flight 1. Another version is a *Refusal, anything else wrong is ErrMessage.
func decodeRelease(m messaging.Message) (ReleaseRequest, error) {
	var w pb.ReleaseRequest
	if err := decode(m, kindRelease, &w); err != nil {
		return ReleaseRequest{}, err
	}
	var r ReleaseRequest
	known := fixed(r.Correlation[:], w.Correlation)
	if w.Version != Version {
		return r, Refuse(UnsupportedVersion, fmt.Errorf("session version %d, this node speaks %d", w.Version, Version))
	}
	r.Channel, r.Epoch = uint8(w.Channel), uint16(w.Epoch)
	switch {
	case !known:
		return ReleaseRequest{}, fmt.Errorf("%w: correlation ID of wrong length", ErrMessage)
	case w.Channel >= intent.Channels || uint32(r.Epoch) != w.Epoch:
		return ReleaseRequest{}, fmt.Errorf("%w: channel %d, epoch %d", ErrMessage, w.Channel, w.Epoch)
	}
	return r, nil
}

// releaseReply is flight 2.
type releaseReply struct {
	refusal     Reason
	correlation [16]byte
	release     intent.SignedRelease
}

func (r releaseReply) encode() messaging.Message {
	w := &pb.ReleaseReply{Refusal: uint32(r.refusal), Correlation: r.correlation[:]}
	if r.refusal == NoReason {
		w.Release = r.release.Encode()
	}
	return encode(kindReleased, w)
}

// decodeReleaseReply reads flight 2. A provider that knows of no releases takes the request for one of a session and refuses it.
func decodeReleaseReply(m messaging.Message) (releaseReply, error) {
	if m.Kind == kindReply {
		older, err := decodeReply(m)
		if err == nil && older.refusal == NoReason {
			err = fmt.Errorf("%w: a session was not asked for", ErrMessage)
		}
		if err != nil {
			return releaseReply{}, err
		}
		return releaseReply{}, Refuse(UnsupportedVersion, nil)
	}
	var w pb.ReleaseReply
	if err := decode(m, kindReleased, &w); err != nil {
		return releaseReply{}, err
	}
	r := releaseReply{refusal: Reason(w.Refusal).known()}
	if !fixed(r.correlation[:], w.Correlation) {
		return releaseReply{}, fmt.Errorf("%w: correlation ID of wrong length", ErrMessage)
	}
	if r.refusal != NoReason {
		return r, nil
	}
	var err error
	if r.release, err = intent.DecodeSignedRelease(w.Release); err != nil {
		return releaseReply{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return r, nil
}
