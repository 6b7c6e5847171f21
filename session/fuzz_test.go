package session

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/money"
)

// known says whether a decoder fails as it says that it does.
func knownError(t *testing.T, err error) {
	t.Helper()
	var refusal *Refusal
	if err != nil && !errors.Is(err, ErrMessage) && !errors.As(err, &refusal) {
		t.Fatalf("unnamed error %v", err)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add(goodRequest().encode().Body)
	f.Add([]byte{8, 2})
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeRequest(messaging.Message{Kind: kindRequest, Body: body})
		knownError(t, err)
		if err != nil {
			return
		}
		if len(r.Data) > MaxData || len(r.ServiceType) > maxServiceType || r.Lock > money.MaxLock || r.Channel >= intent.Channels {
			t.Fatalf("out of bounds: %+v", r)
		}
		again, err := decodeRequest(r.encode())
		if err != nil || !reflect.DeepEqual(normal(again), normal(r)) {
			t.Fatalf("%+v does not read back: %+v, %v", r, again, err)
		}
	})
}

// normal makes no and empty data equal.
func normal(r Request) Request {
	if len(r.Data) == 0 {
		r.Data = nil
	}
	return r
}

func FuzzReply(f *testing.F) {
	f.Add(reply{session: ID{1}, data: []byte("offer")}.encode().Body)
	f.Add(reply{refusal: Policy}.encode().Body)
	f.Add(reply{refusal: LockTooSmall, leastLock: 7}.encode().Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeReply(messaging.Message{Kind: kindReply, Body: body})
		knownError(t, err)
		if err != nil {
			return
		}
		if len(r.data) > MaxData || r.refusal == NoReason && r.session == (ID{}) || r.leastLock > money.MaxLock || r.refusal != LockTooSmall && r.leastLock > 0 {
			t.Fatalf("out of bounds: %+v", r)
		}
		again, err := decodeReply(r.encode())
		if err != nil || again.refusal != r.refusal || again.session != r.session || again.leastLock != r.leastLock || !bytes.Equal(again.data, r.data) {
			t.Fatalf("%+v does not read back: %+v, %v", r, again, err)
		}
	})
}

func FuzzStart(f *testing.F) {
	id := ID{1}
	f.Add(encodeStart(id, Start{SignedLock: []byte("lock")}).Body)
	f.Add(encodeStart(ID{2}, Start{}).Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decodeStart(messaging.Message{Kind: kindStart, Body: body}, id)
		knownError(t, err)
		if err == nil && len(s.SignedLock) > maxSignedLock {
			t.Fatal("out of bounds")
		}
	})
}

func FuzzProgress(f *testing.F) {
	f.Add(Progress{Stage: StageConfirming, Confirmations: 1, Needed: 2}.encode().Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := decodeProgress(messaging.Message{Kind: kindProgress, Body: body})
		knownError(t, err)
		if err != nil {
			return
		}
		if again, err := decodeProgress(p.encode()); err != nil || again != p {
			t.Fatalf("%+v does not read back", p)
		}
	})
}

func FuzzStarted(f *testing.F) {
	f.Add(encodeStarted([]byte("start")).Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		data, err := decodeStarted(messaging.Message{Kind: kindStarted, Body: body})
		knownError(t, err)
		if len(data) > MaxData {
			t.Fatal("out of bounds")
		}
	})
}

func FuzzConfirmAndEnd(f *testing.F) {
	f.Add(encodeConfirm(TunnelFailed).Body)
	f.Add(encodeEnd(Reason(77)).Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		confirm, err := decodeConfirm(messaging.Message{Kind: kindConfirm, Body: body})
		knownError(t, err)
		end, err2 := decodeEnd(messaging.Message{Kind: kindEnd, Body: body})
		knownError(t, err2)
		for _, r := range []Reason{confirm, end} {
			if _, ok := reasonNames[r]; !ok {
				t.Fatalf("a reason that nobody knows: %v", r)
			}
		}
		if err2 == nil && end == NoReason {
			t.Fatal("an end without a reason")
		}
	})
}

func FuzzRelease(f *testing.F) {
	f.Add(goodRelease.encode().Body)
	f.Add([]byte{8, 2})
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeRelease(messaging.Message{Kind: kindRelease, Body: body})
		knownError(t, err)
		if err != nil {
			return
		}
		if again, err := decodeRelease(r.encode()); err != nil || again != r || r.Channel >= intent.Channels {
			t.Fatalf("%+v reads back as %+v, %v", r, again, err)
		}
	})
}

func FuzzReleaseReply(f *testing.F) {
	f.Add(releaseReply{correlation: [16]byte{1}, release: signedRelease()}.encode().Body, false)
	f.Add(releaseReply{refusal: NotWorth}.encode().Body, false)
	f.Add(reply{refusal: BadMessage}.encode().Body, true)
	f.Fuzz(func(t *testing.T, body []byte, older bool) {
		kind := kindReleased
		if older {
			kind = kindReply
		}
		r, err := decodeReleaseReply(messaging.Message{Kind: kind, Body: body})
		knownError(t, err)
		if err != nil {
			return
		}
		if _, known := reasonNames[r.refusal]; !known || older || r.refusal != NoReason && r.release != (intent.SignedRelease{}) {
			t.Fatalf("out of bounds: %+v", r)
		}
		if again, err := decodeReleaseReply(r.encode()); err != nil || again != r {
			t.Fatalf("%+v reads back as %+v, %v", r, again, err)
		}
	})
}

func TestReasonsAreNamed(t *testing.T) {
	names := map[string]bool{}
	for r := range reasonNames {
		if names[r.String()] {
			t.Errorf("two reasons are called %q", r)
		}
		names[r.String()] = true
	}
	for r := NotRegistered; r <= LockTooSmall; r++ {
		if _, ok := reasonNames[r]; !ok {
			t.Errorf("refusal %d has no name", r)
		}
	}
	for r := Clearing; r <= NotWorth; r++ {
		if _, ok := reasonNames[r]; !ok {
			t.Errorf("refusal %d of a release has no name", r)
		}
	}
	for r := Finished; r <= CapReached; r++ {
		if _, ok := reasonNames[r]; !ok {
			t.Errorf("end %d has no name", r)
		}
	}
	if got := Reason(999).String(); got != "reason 999" {
		t.Error(got)
	}
}
