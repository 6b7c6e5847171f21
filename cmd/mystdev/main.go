// Command mystdev holds what only a test network needs: an Ethereum chain in this process, the
// deployment of the contracts, a whole network at once, and the demo.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// version is set at link time.
var version = "dev"

func main() { os.Exit(run()) }

// run is main with an exit status, so that its defers run.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(version).ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "mystdev:", err)
		return 1
	}
	return 0
}
