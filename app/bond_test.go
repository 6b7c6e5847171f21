package app

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/money"
)

// offering is proposals that may fail to be taken back.
type offering struct {
	fail      error
	suspended string
	asked     int
}

func (o *offering) Suspend(why string) error {
	o.asked++
	if o.fail == nil {
		o.suspended = why
	}
	return o.fail
}

func (o *offering) Resume() { o.suspended = "" }

// While the deposit is below the bond the proposals are taken back: again where that failed, and once where it did not.
// They are announced again when the bond is there. Who never had one is told by hubs, and takes nothing back.
func TestBondWatch(t *testing.T) {
	broken := errors.New("broken")
	announced := &offering{}
	w := &bondWatch{
		run:       &nodeRun{base: &base{network: &chain.Network{Bond: 10}, log: slog.New(slog.DiscardHandler)}},
		announcer: announced,
	}
	for i, step := range []struct {
		deposit   money.Amount
		fail      error
		asked     int // so far
		suspended bool
	}{
		{deposit: 9}, // never had one
		{deposit: 10},
		{deposit: 9, fail: broken, asked: 1},
		{deposit: 9, fail: broken, asked: 2},
		{deposit: 9, asked: 3, suspended: true},
		{deposit: 8, asked: 3, suspended: true},
		{deposit: 10, asked: 3},
		{deposit: 9, asked: 4, suspended: true},
	} {
		announced.fail = step.fail
		err := w.look(step.deposit)
		if !errors.Is(err, step.fail) || announced.asked != step.asked || (announced.suspended != "") != step.suspended {
			t.Errorf("step %d: %v, asked %d times, suspended: %q", i, err, announced.asked, announced.suspended)
		}
	}
	if !strings.Contains(announced.suspended, "0.000009 coins is below the bond of 0.00001") {
		t.Error(announced.suspended)
	}
}
