package chain

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// There are three ways to ask the endpoints. Which one a question takes follows from what a wrong answer
// to it does.
//
//   - Any: [Client.do], [Client.look]. The first endpoint that works answers: one that did not fail within
//     the last minute and whose newest header is fresh, before all others. For what can be checked, what is
//     asked again soon, and what costs only time when it is wrong. Answers that must fit together are all
//     taken from what look returns, which is one endpoint's chain.
//   - All that work: [each]. Every endpoint that did not fail within the last minute and whose header is
//     fresh, at once; the others only if none of these answers. What one of them does not answer, in whatever
//     way, is its own failure and hides no other's answer. The caller judges by all the answers, so that one
//     wrong one decides nothing.
//   - All configured: [every]. An endpoint that does not answer is a failure of the whole. For what can never
//     be taken back: an endpoint that was down may be the only one that knows.

// each asks all endpoints that work, at once, and returns their answers, at least one, best endpoint first.
// It fails when none answers. Errors: ErrUnavailable.
func each[T any](ctx context.Context, c *Client, ask func(context.Context, *pinned) (T, error)) ([]T, error) {
	working, apart := c.working()
	var failures []error
	for _, some := range [][]*endpoint{working, apart} {
		answers, failed := gather(ctx, c, some, ask)
		if len(answers) > 0 {
			return answers, nil
		}
		failures = append(failures, failed...)
	}
	return nil, unheard(ctx, failures)
}

// every asks all endpoints that there are, at once, and returns their answers, best endpoint first. It fails
// when one does not answer. One that failed within the last minute counts as that without being asked, unless
// all did. Errors: ErrUnavailable.
func every[T any](ctx context.Context, c *Client, ask func(context.Context, *pinned) (T, error)) ([]T, error) {
	working, apart := c.working()
	if len(working) > 0 && len(apart) > 0 {
		return nil, fmt.Errorf("%w: %s failed lately", ErrUnavailable, apart[0].name)
	}
	answers, failures := gather(ctx, c, append(working, apart...), ask)
	if len(failures) > 0 || len(answers) == 0 {
		return nil, unheard(ctx, failures)
	}
	return answers, nil
}

func unheard(ctx context.Context, failures []error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask the chain: %w", ctx.Err())
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(failures...))
}

// gather asks endpoints at once, and returns what they answered and how the rest failed.
func gather[T any](
	ctx context.Context, c *Client, from []*endpoint, ask func(context.Context, *pinned) (T, error),
) (answers []T, failures []error) {
	all, errs := make([]T, len(from)), make([]error, len(from))
	var asking sync.WaitGroup
	for i, e := range from {
		asking.Go(func() {
			old, err := c.stalled(ctx, e, lookAfter)
			switch {
			case err != nil:
			case old:
				err = errors.New("newest header is too old")
			default:
				all[i], err = ask(ctx, &pinned{client: c, endpoint: e, newest: c.headOf(e)})
			}
			errs[i] = err
		})
	}
	asking.Wait()
	for i, e := range from {
		if errs[i] == nil {
			answers = append(answers, all[i])
		} else {
			failures = append(failures, fmt.Errorf("%s: %w", e.name, clean(errs[i])))
		}
	}
	return answers, failures
}

// working lists the endpoints that did not fail lately, and those that did.
func (c *Client) working() (working, apart []*endpoint) {
	all, now := c.order(), c.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range all {
		if e.behind(now) == 0 {
			working = append(working, e)
		} else {
			apart = append(apart, e)
		}
	}
	return working, apart
}
