// Package cli is the command line of myst.
//
// [Main] is the whole program: it parses the arguments, runs one command and returns the exit code, which
// one table maps from errors (exit.go). Commands are of three kinds. "identity new", "list",
// "import" and "export" work on the keystore; "node" and "hub" run until a signal comes; all others
// ask the running node through its local API. Results go to standard output, as tables or, with
// --json, as the API's own JSON; progress, prompts and errors go to standard error. Text that came from
// other parties is stripped of control characters before a terminal sees it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/app"
)

// Program is what main knows and the command line does not.
type Program struct {
	// Version is set at link time; empty is what the build information says.
	Version string
	// RunNode is "myst node".
	RunNode func(context.Context, app.NodeConfig) error
	// RunHub is "myst hub".
	RunHub func(context.Context, app.HubConfig) error
	// Doctor is "myst doctor".
	Doctor func(context.Context, app.NodeConfig) []app.Finding
}

// Main runs the command that os.Args names and returns the exit code. The first SIGINT or SIGTERM asks the
// command to end in order, a second one ends the process.
func Main(ctx context.Context, p Program) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	unregister := context.AfterFunc(ctx, stop)
	defer unregister()
	return run(ctx, p, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

func run(ctx context.Context, p Program, args []string, stdin *os.File, stdout, stderr io.Writer) int {
	e := &env{program: p, stdin: stdin, stdout: stdout, stderr: stderr}
	root := e.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && !e.running {
		// Cobra found fault with the arguments before any command ran.
		err = usage(err)
	}
	code := exitCode(err)
	if err != nil {
		e.reportError(err, code, cmd.CommandPath())
	}
	return code
}

// env is one invocation: the streams, the global flags, and whether a command has started.
type env struct {
	program        Program
	stdin          *os.File
	stdout, stderr io.Writer

	dataDir string
	json    bool
	quiet   bool
	running bool

	sent        bool   // the running operation has signed something, and may have sent it
	transaction string // its hash, once a relayer has named it
}

const longHelp = `myst sells and buys private network access, without trusting anybody.

Consumers pay providers with signed promises while traffic flows; providers turn
them into coins on an Ethereum chain. A node runs in the background ("myst node");
the other commands ask it through a local API.`

const rootExample = `  # Make an identity and run a node with it
  myst identity new
  myst node --network network.json

  # In another terminal: register, deposit, and browse by way of Germany
  myst identity register
  myst deposit 5
  myst connect --country DE --proxy 127.0.0.1:1080
  curl --proxy socks5h://127.0.0.1:1080 https://example.com`

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use: "myst", Short: "Sell and buy private network access", Long: longHelp, Example: rootExample,
		SilenceErrors: true, SilenceUsage: true,
		// Without an own run, cobra would take a mistyped command for a request for help.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Args: unknownCommand, Version: e.versionText(),
	}
	flags := root.PersistentFlags()
	flags.StringVar(&e.dataDir, "data-dir", defaultDataDir(), "`directory` of keys and database, also MYST_DATA_DIR")
	flags.BoolVar(&e.json, "json", false, "print results, and errors, as JSON")
	flags.BoolVarP(&e.quiet, "quiet", "q", false, "do not show progress")
	root.SetGlobalNormalizationFunc(flagAliases)
	root.AddGroup(
		&cobra.Group{ID: "run", Title: "Run:"},
		&cobra.Group{ID: "money", Title: "Identity and money:"},
		&cobra.Group{ID: "use", Title: "Use the network:"},
	)
	root.SetHelpCommandGroupID("run")
	root.SetCompletionCommandGroupID("run")
	cobra.EnableCommandSorting = false // in the order of use
	for _, g := range []struct {
		id       string
		commands []*cobra.Command
	}{
		{"run", []*cobra.Command{e.node(), e.hub(), e.doctor(), e.version()}},
		{"money", []*cobra.Command{e.identity(), e.balance(), e.deposit(), e.unlock(), e.reclaim(), e.withdrawDeposit(), e.clear(), e.withdraw(),
			e.beneficiary(), e.earnings(), e.ledger()}},
		{"use", []*cobra.Command{e.proposals(), e.connect(), e.status(), e.sessions(), e.topup(), e.disconnect()}},
	} {
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
	root.AddCommand(exitCodesTopic())
	return root
}

// unknownCommand says what cobra would say for a root without an own run.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2 // letters
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return errors.New(text)
}

// group makes a command that only holds others.
func group(use, short, example string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Example: example, Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(commands...)
	return cmd
}

// action makes a command's RunE of do, and notes that the arguments were fine.
func (e *env) action(do func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		e.running = true
		return do(cmd.Context(), args)
	}
}

// ask makes a command's RunE of do, which speaks to the node. It adds the --api flag.
func (e *env) ask(cmd *cobra.Command, do func(ctx context.Context, c *client.Client, args []string) error) *cobra.Command {
	var addr string
	cmd.Flags().StringVar(&addr, "api", "", "`address` of the node's local API (default: the running node's)")
	cmd.RunE = e.action(func(ctx context.Context, args []string) error {
		c, err := client.New(e.dataDir, addr)
		if err != nil {
			return err
		}
		defer c.Close()
		return do(ctx, c, args)
	})
	return cmd
}

// flagAliases lets the short names of prices through.
func flagAliases(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	switch name {
	case "price-gib", "price-hour", "max-price-gib", "max-price-hour":
		i := strings.LastIndexByte(name, '-')
		name = name[:i] + "-per" + name[i:]
	}
	return pflag.NormalizedName(name)
}

// defaultDataDir is $MYST_DATA_DIR, else $XDG_DATA_HOME/myst, else ~/.myst.
func defaultDataDir() string {
	if dir := os.Getenv("MYST_DATA_DIR"); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "myst")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".myst"
	}
	return filepath.Join(home, ".myst")
}
