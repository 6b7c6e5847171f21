package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/node"
)

// filterFlags adds the flags that choose among proposals.
func filterFlags(cmd *cobra.Command, f *wire.Filter) {
	flags := cmd.Flags()
	flags.SortFlags = false
	countryFlag(cmd, &f.Country, "only providers in this `country`, such as DE")
	serviceFlag(cmd, &f.ServiceType, "only this `service`: "+strings.Join(services, ", "))
	addressFlag(flags, &f.Provider, "provider", "only the provider with this `address`")
	coinsTextFlag(flags, &f.MaxPricePerGiB, parseCoins, "max-price-per-gib", "at most these `coins` per GiB")
	coinsTextFlag(flags, &f.MaxPricePerHour, parseCoins, "max-price-per-hour", "at most these `coins` per hour")
	unitFlag(cmd, &f.MeteringUnit)
	bandwidthFlag(flags, &f.MinBandwidth, "min-bandwidth", "at least this committed `speed` in bit/s, such as 50M")
}

func (e *env) proposals() *cobra.Command {
	var filter wire.Filter
	cmd := &cobra.Command{
		Use: "proposals", Short: "List what providers offer, cheapest first",
		Long: "List what providers offer, cheapest first. The node has verified every signature; where\n" +
			"a provider is located is only its own claim. Prices are in coins.",
		Example: "  myst proposals --country DE\n  myst proposals --metering GiB --max-price-per-gib 0.05 --json",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	filterFlags(cmd, &filter)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		found, err := c.Proposals(ctx, filter)
		if err != nil {
			return err
		}
		if len(found.Proposals) == 0 {
			e.note("No proposal matches.")
		}
		return e.show(found, func(w *printer) {
			var rows [][]string
			for _, p := range found.Proposals {
				rows = append(rows, []string{
					p.Provider, p.ServiceType, p.Country, p.Price.PerGiB.Coins, p.Price.PerHour.Coins,
					p.SetupCharge.Coins, speedText(p.Bandwidth), p.Description,
				})
			}
			if len(rows) > 0 {
				w.table([]string{"PROVIDER", "SERVICE", "COUNTRY", ">PER GIB", ">PER HOUR", ">SET-UP", ">BANDWIDTH", "DESCRIPTION"}, rows)
			}
		})
	})
}

func (e *env) connect() *cobra.Command {
	var req wire.Connect
	cmd := &cobra.Command{
		Use: "connect", Short: "Open a session with the cheapest provider that matches",
		Long: "Open a session with the cheapest provider that matches, and offer it to applications as\n" +
			"a SOCKS5 proxy. Host names are resolved at the provider's end. The session goes on in\n" +
			"the node until \"myst disconnect\"; interrupting this command before it is open gives up.\n\n" +
			"It locks --lock coins for that provider, unless enough is locked for it already, in a\n" +
			"channel that no session uses. A free channel's coins are taken first, all of them, and the\n" +
			"rest is of the deposit. What others hold stays with them: \"myst balance\" shows it, and \"myst unlock\"\n" +
			"takes it back. What is to be locked and what a relayer asks for it is shown before, and\n" +
			"you are asked whether to go on; without a terminal to ask at, --yes must say so. Where\n" +
			"the lock is there already, nothing is asked.",
		Example: `  myst connect --country DE --proxy 127.0.0.1:1080
  myst connect --provider 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf --lock 2 --yes
  myst connect --cap 0.2
  curl --proxy socks5h://127.0.0.1:1080 https://example.com`,
		Args: args(0), ValidArgsFunction: noFiles,
	}
	filterFlags(cmd, &req.Filter)
	coinsTextFlag(cmd.Flags(), &req.Lock, parseSomeCoins, "lock", "reserve these `coins`, more than zero, for the provider (default: the node's setting)")
	coinsTextFlag(cmd.Flags(), &req.Cap, parseSomeCoins, "cap", "spend at most these `coins` in the session, set-up charge included; then it ends (default: what is locked)")
	cmd.Flags().Var(&value[string]{kind: "address:port", into: &req.ProxyAddr, parse: func(s string) (string, error) {
		_, err := parseAddrPort(s)
		return s, err
	}}, "proxy", "loopback `address:port` of the SOCKS5 proxy (default: a free port)")
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		session, err := e.open(ctx, c, req, *yes)
		if err != nil {
			return err
		}
		return e.show(session, func(w *printer) {
			w.line("Connected.")
			w.fields("Session", session.ID, "Provider", session.Peer, "Service", session.ServiceType, "Country", session.Country,
				"Price", priceText(session.Price), "Proxy", proxyText(session))
			if session.ProxyAddr != "" {
				w.line("")
				w.line("Try: curl --proxy socks5h://%s https://example.com", clean(session.ProxyAddr))
			}
		})
	})
}

// open opens a session. What it would lock and pay is shown, and asked for unless there is yes, when the node has found
// out: nothing is, where the lock is there.
func (e *env) open(ctx context.Context, c *client.Client, req wire.Connect, yes bool) (wire.Session, error) {
	progress := e.progress()
	if yes && (e.quiet || e.json) {
		return c.Connect(ctx, req, progress)
	}
	for agreed := (&wire.Agreed{Lock: "0", Fee: "0"}); ; {
		req.Agreed = agreed
		session, err := c.Connect(ctx, req, progress)
		problem, ok := errors.AsType[*wire.Problem](err)
		if !ok || problem.Quote == nil {
			return session, err
		}
		if err := e.askable(yes, problem.Error()); err != nil {
			return session, err
		}
		if err := e.agreeTo(ctx, wire.QuoteRequest{Operation: node.OpConnect}, *problem.Quote, yes); err != nil {
			return session, err
		}
		agreed = &wire.Agreed{Lock: problem.Quote.Amount.Coins, Fee: problem.Quote.RelayFee.Coins}
	}
}

func proxyText(s wire.Session) string {
	if s.ProxyAddr == "" {
		return ""
	}
	return "socks5h://" + s.ProxyAddr
}

func priceText(p wire.Price) string {
	var parts []string
	if p.PerGiB.Units > 0 {
		parts = append(parts, p.PerGiB.Coins+" per GiB")
	}
	if p.PerHour.Units > 0 {
		parts = append(parts, p.PerHour.Coins+" per hour")
	}
	if len(parts) == 0 {
		return "free"
	}
	return strings.Join(parts, " + ")
}

func (e *env) disconnect() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use: "disconnect [SESSION]", Short: "End a session and settle it",
		Long: "End a session: the last promise is exchanged, and the provider clears its money if that\n" +
			"is worth a transaction. SESSION is an ID or its first digits; with one open session only,\n" +
			"it may be left out.",
		Example: "  myst disconnect\n  myst disconnect 3f2a\n  myst disconnect --all",
		Args:    args(0, "SESSION"), ValidArgsFunction: e.completeSessions,
	}
	cmd.Flags().BoolVar(&all, "all", false, "end every open session")
	return e.ask(cmd, func(ctx context.Context, c *client.Client, args []string) error {
		if all && len(args) > 0 {
			return usagef("name a session or use --all, not both")
		}
		list, err := c.Sessions(ctx)
		if err != nil {
			return err
		}
		chosen, err := chooseSessions(list.Sessions, args, all)
		if err != nil {
			return err
		}
		ended := wire.Sessions{Sessions: []wire.Session{}}
		for _, s := range chosen {
			session, err := c.Disconnect(ctx, s.ID, e.progress())
			if err != nil {
				return fmt.Errorf("session %s: %w", s.ID, err)
			}
			ended.Sessions = append(ended.Sessions, session)
		}
		if !all {
			return e.show(ended.Sessions[0], func(w *printer) { printEnded(w, ended.Sessions[0]) })
		}
		return e.show(ended, func(w *printer) {
			if len(ended.Sessions) == 0 {
				w.line("No session is open.")
			}
			for _, s := range ended.Sessions {
				printEnded(w, s)
			}
		})
	})
}

// chooseSessions picks among the open sessions; without all it returns exactly one.
func chooseSessions(sessions []wire.Session, args []string, all bool) ([]wire.Session, error) {
	var open, matching []wire.Session
	for _, s := range sessions {
		if !s.Open() {
			continue
		}
		open = append(open, s)
		if len(args) > 0 && strings.HasPrefix(s.ID, strings.ToLower(args[0])) {
			matching = append(matching, s)
		}
	}
	switch {
	case all:
		return open, nil
	case len(args) > 0 && len(matching) == 0:
		return nil, fmt.Errorf("%w: no open session begins with %q", errNotFound, args[0])
	case len(args) > 0 && len(matching) > 1:
		return nil, usagef("%d sessions begin with %q; give more digits", len(matching), args[0])
	case len(args) > 0:
		return matching, nil
	case len(open) == 0:
		return nil, fmt.Errorf("%w: no session is open", errNotFound)
	case len(open) > 1:
		return nil, usagef("%d sessions are open; name one of those that \"myst sessions --open\" shows", len(open))
	}
	return open, nil
}

func (e *env) topup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "topup COINS [SESSION]", Short: "Lock more for an open session's provider",
		Long: "Lock more of the deposit for an open session's provider, while the session goes on. SESSION is\n" +
			"an ID or its first digits; with one open session only, it may be left out. " + longFee,
		Example: "  myst topup 0.5\n  myst topup 2 3f2a --yes",
		Args:    args(1, "COINS", "SESSION"), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, args []string) error {
		amount, err := parseCoins(args[0])
		if err != nil {
			return usage(err)
		}
		if amount == 0 {
			return usagef("a top-up must be more than zero")
		}
		list, err := c.Sessions(ctx)
		if err != nil {
			return err
		}
		chosen, err := chooseSessions(list.Sessions, args[1:], false)
		if err != nil {
			return err
		}
		id := chosen[0].ID
		maxFee, err := e.agree(ctx, c, wire.QuoteRequest{Operation: node.OpTopUp, Amount: args[0], Session: id}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.TopUp(ctx, id, wire.Deposit{Amount: args[0], MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) { printPayment(w, "Locked.", payment) })
	})
}

func printEnded(w *printer, s wire.Session) {
	w.line("Session %s ended.", clean(s.ID))
	w.fields("Traffic", bytesText(s.Sent)+" sent, "+bytesText(s.Received)+" received",
		"Promised", s.Promised.Coins+" coins in "+plural(int(s.Promises), "promise", "promises"), "Reason", s.Reason)
}

func (e *env) completeSessions(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	if c, err := client.New(e.dataDir, cmd.Flag("api").Value.String()); err == nil && len(given) == 0 {
		defer c.Close()
		ctx, cancel := context.WithTimeout(cmd.Context(), time.Second)
		defer cancel()
		list, _ := c.Sessions(ctx) // no completion is no harm
		for _, s := range list.Sessions {
			if s.Open() {
				out = append(out, s.ID)
			}
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (e *env) sessions() *cobra.Command {
	onlyOpen := false
	cmd := &cobra.Command{
		Use: "sessions", Short: "List sessions, newest first",
		Long: "List sessions, newest first. One is locking until its lock is confirmed, connecting until its\n" +
			"tunnel is up, and then active; paused while the provider waits for a payment or the tunnel\n" +
			"does not answer, and time is not billed. Traffic is that of packets inside the tunnel,\n" +
			"headers included, both ways, as this end counted it: what did not arrive is not paid.",
		Example: "  myst sessions --open\n  myst sessions --json",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	cmd.Flags().BoolVar(&onlyOpen, "open", false, "leave out those that have ended")
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		list, err := c.Sessions(ctx)
		if err != nil {
			return err
		}
		shown := wire.Sessions{Sessions: []wire.Session{}}
		for _, s := range list.Sessions {
			if s.Open() || !onlyOpen {
				shown.Sessions = append(shown.Sessions, s)
			}
		}
		if len(shown.Sessions) == 0 {
			e.note("No sessions.")
		}
		return e.show(shown, func(w *printer) { printSessions(w, shown.Sessions) })
	})
}

func printSessions(w *printer, sessions []wire.Session) {
	if len(sessions) == 0 {
		return
	}
	var rows [][]string
	for _, s := range sessions {
		lasted := time.Since(s.Started)
		if s.Ended != nil {
			lasted = s.Ended.Sub(s.Started)
		}
		detail := s.Reason
		if s.Open() && s.ProxyAddr != "" {
			detail = "proxy " + s.ProxyAddr
		}
		rows = append(rows, []string{
			s.ID[:min(8, len(s.ID))], s.State, s.Role, short(s.Peer), s.ServiceType, s.Country, timeText(s.Started), durationText(lasted),
			bytesText(s.Sent + s.Received), s.Promised.Coins, detail,
		})
	}
	w.table([]string{"SESSION", "STATE", "ROLE", "PEER", "SERVICE", "COUNTRY", "STARTED", ">LASTED", ">TRAFFIC", ">PROMISED", "DETAIL"}, rows)
}

func (e *env) status() *cobra.Command {
	cmd := &cobra.Command{
		Use: "status", Short: "Show how the node and its backends are",
		Example: "  myst status\n  myst status --json",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		status, err := c.Status(ctx)
		if err != nil {
			return err
		}
		return e.show(status, func(w *printer) { printStatus(w, status) })
	})
}

func printStatus(w *printer, s wire.Status) {
	who := "none unlocked yet"
	if s.Identity != "" {
		who = s.Identity + ", " + registration(s)
	}
	w.fields("Identity", who, "Network", fmt.Sprintf("%s, chain %d", s.Network, s.ChainID),
		"Running", fmt.Sprintf("for %s, version %s", durationText(time.Since(s.Started)), s.Version), "Tunnels", pathsText(s.Paths),
		"Spent today", spendingText(s.Spending))
	if len(s.Backends) > 0 {
		w.line("")
		var rows [][]string
		for _, b := range s.Backends {
			rows = append(rows, []string{b.Name, yes(b.Healthy, "ok", "DOWN"), b.Address, b.Detail})
		}
		w.table([]string{"BACKEND", "STATE", "ADDRESS", "DETAIL"}, rows)
	}
	if len(s.Providing) > 0 {
		w.line("")
		var rows [][]string
		for _, p := range s.Providing {
			rows = append(rows, []string{
				p.ServiceType, p.Country, priceText(p.Price), p.SetupCharge.Coins,
				yes(p.Announced, "announced", "not announced: "+p.Problem),
			})
		}
		w.table([]string{"PROVIDING", "COUNTRY", "PRICE", ">SET-UP", "STATE"}, rows)
	}
	if len(s.Sessions) > 0 {
		w.line("")
		printSessions(w, s.Sessions)
	}
}

// spendingText says what was promised today, and what the caps leave; nothing where there is neither.
func spendingText(s wire.Spending) string {
	if s.Today.Units == 0 && s.PerDay == nil && s.PerMinute == nil {
		return ""
	}
	text := s.Today.Coins + " coins"
	if s.PerDay != nil {
		text += " of " + s.PerDay.Coins + ", " + s.Left.Coins + " left until midnight UTC"
	}
	if s.PerMinute != nil {
		text += "; at most " + s.PerMinute.Coins + " a minute"
	}
	return text
}

// pathsText says of each service what carries its packets.
func pathsText(paths []wire.Path) string {
	var texts []string
	for _, p := range paths {
		text := p.ServiceType + yes(p.TUN, " with TUN devices", " in user space")
		if p.Detail != "" {
			text += " (" + p.Detail + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// registration says whether the identity is registered. That it is not counts only from a node that has
// read the chain to its end.
func registration(s wire.Status) string {
	if s.Registered {
		return "registered"
	}
	for _, b := range s.Backends {
		if !b.Healthy && (b.Name == "chain" || b.Name == "registry" || b.Name == "contracts") {
			return "not registered as far as the chain was read"
		}
	}
	return "not registered"
}

func yes(is bool, then, otherwise string) string {
	if is {
		return then
	}
	return otherwise
}
