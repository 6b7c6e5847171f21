package payments

import (
	"fmt"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// Expectation is what a promise must fit.
type Expectation struct {
	Consumer, Provider identity.Address
	Channel            uint8
	Epoch              uint16
	// Newest is the amount that the promise must be larger than, and Locked the amount that it must not
	// exceed, as the own view of the chain confirms it.
	Newest, Locked money.Amount
}

// Check returns nil for a promise that pays, else why it is refused. A promise for another chain
// or contract is identity.ErrSignature, because its signature recovers to somebody else.
func Check(p intent.SignedPromise, e Expectation, d intent.Domain) error {
	switch {
	case p.Provider != e.Provider:
		return fmt.Errorf("%w: %s", ErrWrongProvider, p.Provider)
	case p.Consumer != e.Consumer:
		return fmt.Errorf("%w: %s", ErrWrongConsumer, p.Consumer)
	case p.Channel != e.Channel:
		return fmt.Errorf("%w: %d, not %d", ErrWrongChannel, p.Channel, e.Channel)
	case p.Epoch != e.Epoch:
		return fmt.Errorf("%w: %d, not %d", ErrWrongEpoch, p.Epoch, e.Epoch)
	case p.Amount > e.Locked:
		return fmt.Errorf("%w: %s of %s coins", ErrAboveLock, p.Amount, e.Locked)
	case p.Amount <= e.Newest:
		return fmt.Errorf("%w: %s after %s coins", ErrNotGrowing, p.Amount, e.Newest)
	}
	return p.Verify(d)
}
