package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/relay"
)

// pricingFlags say what a relay asks for its work, and whether it watches.
func pricingFlags(flags *pflag.FlagSet, into *relay.Pricing, noWatch *bool) {
	coinsFlag(flags, &into.Rate, "relay-rate", "relay: `coins` that one of the chain's own coins is worth; gas is charged by it")
	flags.Var(&value[uint64]{kind: "percent", into: &into.Margin, parse: parseMargin}, "relay-margin",
		"relay: `percent` added to what the gas costs, such as 25")
	flags.BoolVar(noWatch, "relay-no-watch", false, "relay: hold no promises for providers, to clear when an unlock is asked for")
	flags.BoolVar(&into.Free, "relay-free", false, "relay: for nothing, what cannot be charged for; without --relay-rate everything")
}

// parseMargin reads percent with up to two decimals, as parts in 10,000.
func parseMargin(s string) (uint64, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseUint(whole+(fraction + "00")[:max(2, len(fraction))], 10, 64)
	if err != nil || whole == "" || len(fraction) > 2 || n > 10_000_000 {
		return 0, fmt.Errorf("%q: want percent such as 25 or 2.5", s)
	}
	return n, nil
}

// checkRelay refuses combinations of flags that cannot be meant.
func checkRelay(cmd *cobra.Command, cfg app.NodeConfig) error {
	if cfg.Relay.Addr == "" {
		for _, name := range []string{"relay-rate", "relay-margin", "relay-free", "relay-no-watch", "relay-tls-cert"} {
			if cmd.Flags().Changed(name) {
				return usagef("--%s is for relays: add --relay address:port", name)
			}
		}
		return nil
	}
	if cfg.Relay.Pricing.Rate == 0 && !cfg.Relay.Pricing.Free {
		return usagef("--relay wants --relay-rate COINS to charge by, or --relay-free")
	}
	return checkPricing(cfg.Relay.Pricing)
}

func checkPricing(p relay.Pricing) error {
	if p.Margin > 0 && p.Rate == 0 {
		return usagef("--relay-margin is part of a fee: add --relay-rate COINS, without which all is for nothing")
	}
	return nil
}
