package payments

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// runAll runs functions, the last in the caller's goroutine, until the first of them returns, cancels the others, waits
// for them and returns the first's error.
func runAll(ctx context.Context, functions ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		tasks sync.WaitGroup
		once  sync.Once
		first error
	)
	run := func(f func(context.Context) error) {
		err := f(ctx)
		once.Do(func() {
			first = err
			cancel()
		})
	}
	last := len(functions) - 1
	for _, f := range functions[:last] {
		tasks.Go(func() { run(f) })
	}
	run(functions[last])
	tasks.Wait()
	return first
}

// watchMeter looks at the bill whenever the meter's alarm goes off.
func (p *Payer) watchMeter(ctx context.Context) error {
	select {
	case <-p.attached:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case <-p.meter.Crossed():
			p.kick()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watchTunnel probes the tunnel, and stops the billing of time while probes fail.
func (p *Payer) watchTunnel(ctx context.Context) error {
	select {
	case <-p.attached:
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.probe == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	failed := 0
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		probing, cancel := context.WithTimeout(ctx, probeEvery/2)
		err := p.probe(probing)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed++
		if err == nil {
			failed = 0
		}
		p.mu.Lock()
		switch {
		case failed == 0:
			p.clock.release(holdProbes, time.Now())
		case failed >= pauseAfter:
			p.clock.hold(holdProbes, time.Now())
		}
		p.mu.Unlock()
		p.kick()
		if failed >= deadAfter {
			return fmt.Errorf("%w: %w", ErrTunnelDead, err)
		}
	}
}

// watchLock follows the lock on the own view of the chain. A top-up lets the session go on; that the
// chain cannot be read does not matter here, because nothing above what was seen is promised.
func (p *Payer) watchLock(ctx context.Context) error {
	return p.ledger.recheck(ctx, p.Recheck)
}

// Recheck looks at the lock now, as happens every few seconds anyway: after a top-up it saves the wait. Errors:
// ErrNotLocked, ErrUnlocking.
func (p *Payer) Recheck(ctx context.Context) error {
	c, err := p.ledger.lockOn(ctx, p.ledger.self, p.terms.Peer, p.terms, p.ledger.cfg.Confirmations)
	switch {
	case errors.Is(err, ErrNotLocked), errors.Is(err, ErrUnlocking):
		return err
	case err != nil:
		return nil //nolint:nilerr // asked again soon
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.locked = c.Locked
	p.kick()
	return nil
}

// recheck calls look from time to time until it fails or ctx ends.
func (l *Ledger) recheck(ctx context.Context, look func(context.Context) error) error {
	ticker := time.NewTicker(l.cfg.Recheck)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := look(ctx); err != nil {
			return err
		}
	}
}
