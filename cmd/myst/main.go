// Command myst is the node, the hub and their command line.
package main

import (
	"context"
	"os"

	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/cli"
)

// version is set by the linker: -X main.version=…
var version string

func main() {
	os.Exit(cli.Main(context.Background(), cli.Program{Version: version, RunNode: app.RunNode, RunHub: app.RunHub, Doctor: app.Doctor}))
}
