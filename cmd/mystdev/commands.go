package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/devnet"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

func command(version string) *cobra.Command {
	root := &cobra.Command{
		Use:           "mystdev",
		Short:         "Tools for test networks of myst: a chain, contracts, a whole network, the demo",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	contracts := &cobra.Command{Use: "contracts", Short: "Put the contracts on a chain, and compare what stands there"}
	contracts.AddCommand(deployCommand(), verifyCommand())
	root.AddCommand(chainCommand(), contracts, mintCommand(), demoCommand(version), devnetCommand(version))
	return root
}

func logger(cmd *cobra.Command, verbose bool) *slog.Logger {
	level := slog.LevelError // go-ethereum warns of what is normal for a chain without peers
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
}

func chainCommand() *cobra.Command {
	var cfg dev.Config
	var verbose bool
	cmd := &cobra.Command{
		Use:   "chain",
		Short: "Run an Ethereum test chain with JSON-RPC on loopback",
		Long: `Run an Ethereum test chain: go-ethereum's full node with a simulated beacon.

With --data-dir the chain and its developer key (developer.key, which owns all gas coins) survive
restarts; without it everything is gone at the end.`,
		Example: "  mystdev chain --data-dir ./chain --http-port 8545 --ws-port 8546",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.Logger = logger(cmd, verbose)
			c, err := dev.Start(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			_, _ = fmt.Fprintf(out, "chain ID   %d\nHTTP       %s\nWebSocket  %s\ndeveloper  %s\n",
				c.ChainID(), c.URL(), c.WSURL(), c.Key().Address())
			<-cmd.Context().Done()
			return c.Close()
		},
	}
	f := cmd.Flags()
	f.StringVar(&cfg.DataDir, "data-dir", "", "keep the chain here; empty keeps it in memory")
	f.Uint64Var(&cfg.ChainID, "chain-id", dev.DefaultChainID, "chain ID of a new chain")
	f.DurationVar(&cfg.Period, "period", time.Second, "time between blocks")
	f.StringVar(&cfg.Host, "host", "127.0.0.1", "address that JSON-RPC is served on; others than loopback let everybody there use the chain")
	f.IntVar(&cfg.HTTPPort, "http-port", 8545, "TCP port of HTTP JSON-RPC; 0 takes a free one")
	f.IntVar(&cfg.WSPort, "ws-port", 8546, "TCP port of WebSocket JSON-RPC; 0 takes a free one")
	f.BoolVarP(&verbose, "verbose", "v", false, "log what the chain does")
	return cmd
}

// keyFlag adds --key-file, the only way to give a private key: it never stands on a command line.
func keyFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "key-file", "", "file with the sender's private key in hexadecimal, such as chain/developer.key (required)")
	_ = cmd.MarkFlagRequired("key-file") // fails only for a flag that is not there
}

func deployCommand() *cobra.Command {
	var d devnet.Deployment
	var keyFile, out, coin, treasury, bond string
	var force bool
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "Deploy coin, registry and payments on any chain and write a network file",
		Example: `  mystdev contracts deploy --rpc http://127.0.0.1:8545 --key-file ./chain/developer.key --out network.json
  mystdev contracts deploy --rpc https://rpc.example --key-file ./key --coin 0x… --treasury 0x… --out network.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := os.Stat(out)
			if err == nil && !force {
				return fmt.Errorf("%s describes a network already; choose another --out, or replace it by --force", out)
			}
			if d.Key, err = devnet.ReadKey(keyFile); err != nil {
				return err
			}
			if d.Coin, err = optionalAddress("--coin", coin); err != nil {
				return err
			}
			if d.Treasury, err = optionalAddress("--treasury", treasury); err != nil {
				return err
			}
			if d.Bond, err = money.Parse(bond); err != nil {
				return fmt.Errorf("--bond: %w", err)
			}
			network, err := devnet.Deploy(cmd.Context(), d)
			if err != nil {
				return err
			}
			if err := network.Save(out); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "coin      %s\nregistry  %s\npayments  %s\nwritten to %s; add the hubs to it with their identity, url and broker\n",
				network.Contracts.Coin, network.Contracts.Registry, network.Contracts.Payments, out)
			return nil
		},
	}
	keyFlag(cmd, &keyFile)
	f := cmd.Flags()
	f.StringVar(&d.RPC, "rpc", "http://127.0.0.1:8545", "JSON-RPC endpoint, also written to the network file")
	f.StringVar(&d.Name, "name", "test", "name of the network")
	f.StringVar(&out, "out", "network.json", "network file to write")
	f.BoolVar(&force, "force", false, "replace the network file that is there")
	f.StringVar(&coin, "coin", "", "use this ERC-20 with permit instead of deploying a test coin")
	f.StringVar(&treasury, "treasury", "", "who gets the network fees; empty is the sender")
	f.IntVar(&d.FeePerMyriad, "fee", 500, "network fee in 1/10,000 of what is withdrawn")
	f.StringVar(&bond, "bond", "10", "coins that an identity must have deposited for announcing; 0 asks for none")
	f.DurationVar(&d.UnlockDelay, "unlock-delay", 72*time.Hour, "how long a provider has to clear after an unlock request")
	return cmd
}

func optionalAddress(flag, s string) (identity.Address, error) {
	if s == "" {
		return identity.Address{}, nil
	}
	a, err := identity.ParseAddress(s)
	if err != nil {
		return a, fmt.Errorf("%s: %w", flag, err)
	}
	return a, nil
}

func mintCommand() *cobra.Command {
	var keyFile, network, amount, gas string
	cmd := &cobra.Command{
		Use:     "mint ADDRESS",
		Short:   "Give an address test coins, and gas coins if asked",
		Example: "  mystdev mint 0x… --network network.json --key-file ./chain/developer.key --amount 100",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := identity.ParseAddress(args[0])
			if err != nil {
				return err
			}
			coins, err := money.Parse(amount)
			if err != nil {
				return fmt.Errorf("--amount: %w", err)
			}
			ether, err := money.Parse(gas)
			if err != nil {
				return fmt.Errorf("--gas: %w", err)
			}
			if coins == 0 && ether == 0 {
				return errors.New("nothing to give: name --amount, --gas or both")
			}
			info, err := chain.LoadNetwork(network)
			if err != nil {
				return err
			}
			key, err := devnet.ReadKey(keyFile)
			if err != nil {
				return err
			}
			bank, err := devnet.NewBank(cmd.Context(), info, key)
			if err != nil {
				return err
			}
			defer bank.Close()
			if err := bank.Give(cmd.Context(), to, coins, ether); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s has %s coins and %s gas coins more\n", to, coins, ether)
			return nil
		},
	}
	keyFlag(cmd, &keyFile)
	cmd.Flags().StringVar(&network, "network", "network.json", "network file")
	cmd.Flags().StringVar(&amount, "amount", "0", "test coins to mint")
	cmd.Flags().StringVar(&gas, "gas", "0", "gas coins to send from the key's account; a hub needs some")
	return cmd
}

// demoBlockTime is shorter than the second by which a block's time is later than the one before: the chain's clock runs
// ahead, by less in a demo than anybody minds. A network that is kept makes a block a second.
const demoBlockTime = 500 * time.Millisecond

func demoCommand(version string) *cobra.Command {
	var asJSON, keep, verbose bool
	var cfg devnet.Config
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a whole network, buy a session on it and read the bill back from the chain",
		Example: `  mystdev demo
  mystdev demo --json
  mystdev demo --keep --dir ./demo`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if asJSON {
				out = cmd.ErrOrStderr()
			}
			cfg.Logger, cfg.Version = logger(cmd, verbose), version
			if !keep {
				cfg.BlockTime = demoBlockTime
			}
			started := time.Now()
			report, network, err := devnet.Demo(cmd.Context(), cfg, out)
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(os.Stdout)
				encoder.SetIndent("", "  ")
				err = encoder.Encode(report)
			}
			_, _ = fmt.Fprintf(out, "\nThe demo took %.1f s.\n", time.Since(started).Seconds())
			if keep && err == nil {
				network.Describe(out)
				<-cmd.Context().Done()
			}
			if closing := network.Close(); err == nil {
				err = closing
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output, the steps on standard error")
	cmd.Flags().BoolVar(&keep, "keep", false, "leave the network running until interrupted")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "log what every part does")
	cmd.Flags().StringVar(&cfg.Dir, "dir", "", "keep everything here; empty is a temporary folder")
	return cmd
}

func devnetCommand(version string) *cobra.Command {
	var verbose bool
	var cfg devnet.Config
	cmd := &cobra.Command{
		Use:     "devnet",
		Short:   "Run a whole network until interrupted: chain, hub, providers, consumer, web server",
		Example: "  mystdev devnet --providers 3 --dir ./devnet",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cfg.Providers < 1 || cfg.Providers > 50 {
				return fmt.Errorf("--providers %d: want 1 to 50", cfg.Providers)
			}
			if cfg.UnlockDelay < time.Second {
				return fmt.Errorf("--unlock-delay %s: want a second at least", cfg.UnlockDelay)
			}
			out := cmd.OutOrStdout()
			cfg.Logger, cfg.Version = logger(cmd, verbose), version
			network, err := devnet.Start(cmd.Context(), cfg, func(what string) { _, _ = fmt.Fprintln(out, "·", what) })
			if err != nil {
				return err
			}
			if err := network.Furnish(cmd.Context()); err != nil {
				_ = network.Close() // the first error says more
				return err
			}
			network.Describe(out)
			<-cmd.Context().Done()
			return network.Close()
		},
	}
	cmd.Flags().IntVar(&cfg.Providers, "providers", 1, "how many providers")
	cmd.Flags().DurationVar(&cfg.UnlockDelay, "unlock-delay", 72*time.Hour, "how long a provider has to clear after an unlock request")
	cmd.Flags().StringVar(&cfg.Dir, "dir", "", "keep everything here; empty is a temporary folder")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "log what every part does")
	return cmd
}
