package relay

import (
	"errors"
	"strings"
	"testing"
)

func TestWithoutGas(t *testing.T) {
	f := newFixture(t)
	f.payer = newKey(t)
	f.restart(t)
	if _, err := f.service.Submit(t.Context(), f.register(t, newKey(t))); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "gas") {
		t.Fatal(err)
	}
}
