package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/messaging"
)

var goodRelease = ReleaseRequest{Correlation: [16]byte{1}, Channel: 3, Epoch: 7}

func signedRelease() intent.SignedRelease {
	return intent.SignedRelease{Provider: providerID, Release: intent.Release{Consumer: consumerID, Channel: 3, Epoch: 7}, Signature: identity.Signature{1}}
}

// asks has a consumer ask for a release that a provider decides on, and returns what both were told.
func asks(t *testing.T, x *exchange, decide DecideRelease) (answer intent.SignedRelease, asked, answered error) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		in, err := x.incoming(t.Context())
		if err == nil && !AsksRelease(in) {
			err = errors.New("it does not ask for a release")
		}
		if err == nil {
			_, err = AnswerRelease(t.Context(), in, Config{}, decide)
		}
		done <- err
	}()
	answer, asked = AskRelease(t.Context(), x, Config{}, goodRelease)
	return answer, asked, <-done
}

func TestRelease(t *testing.T) {
	for name, c := range map[string]struct {
		decided error
		want    Reason
	}{
		"released": {nil, NoReason}, "clearing": {Refuse(Clearing, nil), Clearing}, "busy": {Refuse(ChannelBusy, nil), ChannelBusy},
		"debt": {Refuse(InDebt, nil), InDebt}, "not held": {Refuse(NotHeld, nil), NotHeld}, "not worth": {Refuse(NotWorth, nil), NotWorth},
		"broken": {errors.New("disk is full"), Internal},
	} {
		synctest.Test(t, func(t *testing.T) {
			answer, asked, answered := asks(t, newExchange(10*time.Millisecond), func(_ context.Context, r ReleaseRequest) (intent.SignedRelease, error) {
				if want := (ReleaseRequest{Correlation: [16]byte{1}, Channel: 3, Epoch: 7, Peer: consumerID}); r != want {
					t.Errorf("%s: asked for %+v", name, r)
				}
				if c.decided != nil {
					return intent.SignedRelease{}, c.decided
				}
				return signedRelease(), nil
			})
			if c.want == NoReason {
				if asked != nil || answered != nil || answer != signedRelease() {
					t.Errorf("%s: %+v, %v, %v", name, answer, asked, answered)
				}
				return
			}
			var told, sent *Refusal
			if !errors.As(asked, &told) || !errors.As(answered, &sent) || told.Reason != c.want || sent.Reason != c.want || answer != (intent.SignedRelease{}) {
				t.Errorf("%s: %+v, %v, %v", name, answer, asked, answered)
			}
		})
	}
}

// An answer that makes no sense is told from a refusal; nothing of it is taken.
func TestReleaseNonsense(t *testing.T) {
	other := releaseReply{correlation: [16]byte{2}, release: signedRelease()}
	short := releaseReply{correlation: [16]byte{1}, release: signedRelease()}.encode()
	short.Body = short.Body[:len(short.Body)-1]
	for name, c := range map[string]struct {
		answer messaging.Message
	}{
		"empty":                        {messaging.Message{}},
		"another kind":                 {messaging.Message{Kind: kindStart}},
		"to another request":           {other.encode()},
		"short":                        {short},
		"released, and nothing signed": {encode(kindReleased, &pb.ReleaseReply{Correlation: []byte{0: 1, 15: 0}})},
		"a session, not refused":       {reply{correlation: [16]byte{1}, session: ID{1}}.encode()},
	} {
		synctest.Test(t, func(t *testing.T) {
			x := newExchange(10 * time.Millisecond)
			go func() {
				in, err := x.incoming(t.Context())
				if err == nil {
					err = in.Reply(t.Context(), c.answer)
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}()
			if got, err := AskRelease(t.Context(), x, Config{}, goodRelease); !errors.Is(err, ErrMessage) || got != (intent.SignedRelease{}) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			synctest.Wait()
		})
	}
}

// A provider from before there were releases takes the question for a malformed request, and is told apart from nonsense.
func TestReleaseOfAnOlderProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(10 * time.Millisecond)
		go func() {
			in, err := x.incoming(t.Context())
			if err == nil {
				_, _, err = Accept(t.Context(), in, Config{}, serve)
			}
			if !errors.Is(err, ErrMessage) {
				t.Error(err)
			}
		}()
		_, err := AskRelease(t.Context(), x, Config{}, goodRelease)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Reason != UnsupportedVersion {
			t.Error(err)
		}
		synctest.Wait()
	})
}

// A provider that does not answer is not waited for longer than for any answer.
func TestReleaseUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(10 * time.Millisecond)
		began := time.Now()
		if _, err := AskRelease(t.Context(), x, Config{}, goodRelease); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 20*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}
