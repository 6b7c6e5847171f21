package chain

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// UnlockDelay returns how long a provider has to clear after its consumer asked to unlock. It never changes.
func (p *Payments) UnlockDelay(ctx context.Context) (time.Duration, error) {
	seconds, err := read(ctx, p.client, p.at.Payments, p.payments.PackUnlockDelay(), atLatest, p.payments.UnpackUnlockDelay)
	if err != nil {
		return 0, fmt.Errorf("read unlock delay: %w", err)
	}
	return time.Duration(seconds) * time.Second, nil
}

// WithdrawNonce returns the nonce that a consumer's next withdrawal of deposit must name.
func (p *Payments) WithdrawNonce(ctx context.Context, who identity.Address) (uint64, error) {
	nonce, err := read(ctx, p.client, p.at.Payments, p.payments.PackNonces(common.Address(who)), atLatest, p.payments.UnpackNonces)
	if err != nil {
		return 0, fmt.Errorf("read withdrawal nonce of %s: %w", who, err)
	}
	if !nonce.IsUint64() {
		return 0, fmt.Errorf("read withdrawal nonce of %s: %w", who, money.ErrOverflow)
	}
	return nonce.Uint64(), nil
}
