package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/mysteriumnetwork/myst/hub/client"
	"github.com/mysteriumnetwork/myst/relay"
)

// sender has intents relayed, and sends itself what nobody relays, where its operator lets it use its own gas.
type sender struct {
	*client.Client
	own atomic.Pointer[relay.Service] // nil until the identity is unlocked, and without own gas
}

// Order implements [relay.Relayer]. Others are asked first.
func (s *sender) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	ticket, err := s.Client.Order(ctx, complete)
	own := s.own.Load()
	if own == nil || err == nil || ctx.Err() != nil || !relay.NobodyTakes(err) {
		return ticket, err
	}
	if ticket, failed := own.Order(ctx, complete); failed == nil {
		return ticket, nil
	} else if !errors.Is(failed, relay.ErrNotOffered) {
		err = fmt.Errorf("%w; with this node's own gas: %w", err, failed)
	}
	return relay.Ticket{}, err
}

// Status implements [relay.Relayer].
func (s *sender) Status(ctx context.Context, id string) (relay.Ticket, error) {
	if own := s.own.Load(); own != nil {
		if ticket, err := own.Status(ctx, id); !errors.Is(err, relay.ErrNotFound) {
			return ticket, err
		}
	}
	return s.Client.Status(ctx, id)
}
