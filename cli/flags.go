package cli

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
)

// services are the tunnel drivers that this program has.
var services = app.Services()

// value is a flag whose text is checked while the command line is parsed.
type value[T any] struct {
	kind  string
	text  string
	into  *T
	parse func(string) (T, error)
}

var _ pflag.Value = (*value[int])(nil)

// String returns what the flag was set to.
func (v *value[T]) String() string { return v.text }

// Type names the kind of value in the help.
func (v *value[T]) Type() string { return v.kind }

// Set parses a value.
func (v *value[T]) Set(text string) error {
	parsed, err := v.parse(text)
	if err == nil {
		*v.into, v.text = parsed, text
	}
	return err
}

func parseCoins(s string) (money.Amount, error) {
	if strings.HasPrefix(s, "-") {
		return 0, fmt.Errorf("%q is negative", s)
	}
	return money.Parse(s)
}

// parseSomeCoins is parseCoins where nothing at all would be taken for the default.
func parseSomeCoins(s string) (money.Amount, error) {
	amount, err := parseCoins(s)
	if err == nil && amount == 0 {
		err = errors.New("want more than zero; leave it out for the default")
	}
	return amount, err
}

func someCoinsFlag(flags *pflag.FlagSet, into *money.Amount, name, text string) {
	flags.Var(&value[money.Amount]{kind: "coins", into: into, parse: parseSomeCoins}, name, text)
}

func coinsFlag(flags *pflag.FlagSet, into *money.Amount, name, text string) {
	flags.Var(&value[money.Amount]{kind: "coins", into: into, parse: parseCoins}, name, text)
}

// coinsTextFlag checks an amount that is sent on as text.
func coinsTextFlag(flags *pflag.FlagSet, into *string, parse func(string) (money.Amount, error), name, text string) {
	flags.Var(&value[string]{kind: "coins", into: into, parse: func(s string) (string, error) {
		_, err := parse(s)
		return s, err
	}}, name, text)
}

func countryFlag(cmd *cobra.Command, into *string, text string) {
	cmd.Flags().Var(&value[string]{kind: "code", into: into, parse: func(s string) (string, error) {
		code := strings.ToUpper(s)
		return code, market.CheckCountry(code)
	}}, "country", text)
}

func serviceFlag(cmd *cobra.Command, into *string, text string) {
	cmd.Flags().Var(&value[string]{kind: "type", into: into, parse: parseService}, "service", text)
	completeWith(cmd, "service", services...)
}

func parseService(s string) (string, error) {
	for _, known := range services {
		if s == known {
			return s, nil
		}
	}
	return "", fmt.Errorf("unknown service %q; this program has %s", s, strings.Join(services, ", "))
}

// parseAddress returns an address as it is shown.
func parseAddress(s string) (string, error) {
	a, err := identity.ParseAddress(s)
	return a.String(), err
}

func addressFlag(flags *pflag.FlagSet, into *string, name, text string) {
	flags.Var(&value[string]{kind: "address", into: into, parse: parseAddress}, name, text)
}

// bandwidthFlag reads bit/s with an optional decimal unit.
func bandwidthFlag(flags *pflag.FlagSet, into *uint64, name, text string) {
	flags.Var(&value[uint64]{kind: "speed", into: into, parse: parseBandwidth}, name, text)
}

func parseBandwidth(s string) (uint64, error) {
	digits, factor := s, uint64(1)
	if s != "" {
		if unit := strings.IndexByte("kMG", s[len(s)-1]); unit >= 0 {
			digits, factor = s[:len(s)-1], []uint64{1e3, 1e6, 1e9}[unit]
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n > 1e15/factor {
		return 0, fmt.Errorf("%q: want bit/s such as 50M, with k, M or G", s)
	}
	return n * factor, nil
}

func unitFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().Var(&value[string]{kind: "unit", into: into, parse: func(s string) (string, error) {
		for _, unit := range []string{market.UnitGiB, market.UnitHour} {
			if strings.EqualFold(s, unit) {
				return unit, nil
			}
		}
		return "", fmt.Errorf("%q: want %s or %s", s, market.UnitGiB, market.UnitHour)
	}}, "metering", "only offers that charge by this `unit`: GiB or hour")
	completeWith(cmd, "metering", market.UnitGiB, market.UnitHour)
}

func parsePercent(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 || n > 100 {
		return 0, fmt.Errorf("%q: want a percentage from 1 to 100", s)
	}
	return n, nil
}

func parseAddrPort(s string) (netip.AddrPort, error) {
	addr, err := netip.ParseAddrPort(s)
	if err != nil {
		return addr, fmt.Errorf("%q: want address:port such as 192.0.2.1:80", s)
	}
	return addr, nil
}

// hostPortFlag is a host:port, whose host may be a name or, to listen everywhere, empty.
func hostPortFlag(flags *pflag.FlagSet, into *string, name, text string, check func(string) error) {
	v := &value[string]{kind: "host:port", text: *into, into: into, parse: func(s string) (string, error) {
		_, port, err := net.SplitHostPort(s)
		if err != nil || port == "" {
			return "", fmt.Errorf("%q: want host:port such as 192.0.2.1:80", s)
		}
		if check == nil {
			return s, nil
		}
		return s, check(s)
	}}
	flags.Var(v, name, text)
}

// perServiceFlag is a host:port for one service: "SERVICE=" before it may be left out when only one is provided.
// nameServices finds out which.
func perServiceFlag(flags *pflag.FlagSet, into *map[string]string, name, text string) {
	var all []string
	flags.Var(&list[string]{value[[]string]{kind: "[service=]host:port", into: &all}, func(s string) (string, error) {
		service, address, named := strings.Cut(s, "=")
		if !named {
			service, address = "", s
		} else if _, err := parseService(service); err != nil {
			return "", err
		}
		if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
			return "", fmt.Errorf("%q: want host:port such as 192.0.2.1:80", address)
		}
		if _, twice := (*into)[service]; twice {
			return "", errors.New("given twice")
		}
		if *into == nil {
			*into = map[string]string{}
		}
		(*into)[service] = address
		return s, nil
	}}, name, text)
}

// completeWith offers fixed values in shell completion.
func completeWith(cmd *cobra.Command, flag string, values ...string) {
	// It fails only for a flag that does not exist, which a test of the completion would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func noFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// args names a command's arguments in its errors, where cobra would only count them.
func args(atLeast int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		name := strings.TrimPrefix(cmd.CommandPath(), "myst ")
		switch {
		case len(given) < atLeast:
			return fmt.Errorf("%s wants %s", name, strings.Join(names[len(given):atLeast], " and "))
		case len(given) > len(names):
			return fmt.Errorf("%s: unexpected argument %q", name, given[len(names)])
		}
		return nil
	}
}
