package backoff

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestDoublesUpToTheMost(t *testing.T) {
	b := Backoff{Min: time.Second, Max: 5 * time.Second}
	for _, seconds := range []int{1, 2, 4, 5, 5} {
		want := time.Duration(seconds) * time.Second
		if got := b.Next(); got < want*3/4 || got > want*5/4 {
			t.Errorf("wait %v, want %v ± 25 %%", got, want)
		}
	}
	b.Reset()
	if got := b.Next(); got > 2*time.Second {
		t.Errorf("after a reset: %v", got)
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		began := time.Now()
		if err := Sleep(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("slept %v, %v", time.Since(began), err)
		}
	})
}
