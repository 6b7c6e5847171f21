package node

import (
	"context"
	"errors"
	"testing"

	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/session"
)

// answering is a relayer that gives each order the next of some answers.
type answering struct {
	Relayer
	answers []error
}

func (a *answering) Order(context.Context, relay.Complete) (relay.Ticket, error) {
	next := a.answers[0]
	a.answers = a.answers[1:]
	return relay.Ticket{}, next
}

// Of some forms of an intent, one that may have been taken on is what is told of, whatever is said of those after it.
func TestUnheardFormIsTold(t *testing.T) {
	w, _ := newWallet(t)
	unheard := errors.Join(relay.ErrUnheard, relay.ErrUnavailable)
	for _, answers := range [][]error{
		{unheard, relay.ErrNotOffered},
		{unheard, &relay.Refusal{Reason: relay.ReasonReverts}},
		{relay.ErrNotOffered, unheard},
	} {
		relayer := &answering{answers: answers}
		w.relayer = relayer
		forms := make([]relay.Complete, len(answers))
		if _, err := w.submit(t.Context(), func(string) {}, forms...); !errors.Is(err, relay.ErrUnheard) || len(relayer.answers) != 0 {
			t.Errorf("%v, with %d answers left, after %v", err, len(relayer.answers), answers)
		}
	}
}

// settling is an account that notes that somebody settles it.
type settling struct{ settled bool }

func (s *settling) Settle(context.Context) error        { s.settled = true; return nil }
func (s *settling) Close(context.Context, string) error { return nil }

// A session that ends by this node's wish is settled with the peer, unless the peer is known to be gone: nobody waits for its
// answer then.
func TestNobodySettlesWithWhoIsGone(t *testing.T) {
	for reason, settles := range map[session.Reason]bool{session.PeerLost: false, session.Finished: true, session.ShuttingDown: true} {
		l := &live{}
		l.wanted, l.unwant = context.WithCancelCause(t.Context())
		l.end(reason)
		account := &settling{}
		got, err := (&Node{}).watch(t.Context(), l, nil, account, &task{done: make(chan struct{})})
		if got != reason || account.settled != settles || (err == nil) != settles {
			t.Errorf("%s: ended by %s, settled: %t, %v", reason, got, account.settled, err)
		}
	}
}
