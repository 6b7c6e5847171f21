package cli

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

// However soon after the signal its work ends, a daemon says once that it shuts down, and that is success.
func TestDaemonSaysThatItShutsDown(t *testing.T) {
	for range 1000 {
		var said bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		err := new(env).daemon(ctx, slog.New(slog.NewTextHandler(&said, nil)), func(ctx context.Context) error {
			go cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(said.String(), "shutting down"); n != 1 {
			t.Fatalf("said %d times that it shuts down", n)
		}
	}
}
