package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

// What makes no network is refused before anything is started.
func TestDevnetFlags(t *testing.T) {
	for _, c := range []struct{ flag, value, want string }{
		{"--providers", "0", "want 1 to 50"},
		{"--unlock-delay", "0s", "want a second at least"},
		{"--unlock-delay", "-1h", "want a second at least"},
		{"--unlock-delay", "soon", "invalid argument"},
	} {
		cmd := command("test")
		cmd.SetArgs([]string{"devnet", c.flag, c.value})
		cmd.SetOut(io.Discard)
		if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v", c.flag, c.value, err)
		}
	}
	if got, err := devnetCommand("test").Flags().GetDuration("unlock-delay"); err != nil || got != 72*time.Hour {
		t.Errorf("a provider has %s by default, %v", got, err)
	}
}
