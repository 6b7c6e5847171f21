package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// finding is app.Finding as JSON shows it.
type finding struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Optional bool   `json:"optional,omitempty"`
	Detail   string `json:"detail"`
	Remedy   string `json:"remedy,omitempty"`
}

func (e *env) doctor() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what this machine lacks for a node, and how to mend it",
		Long: "Look at everything that a node needs: identity, TUN and rights, openvpn, ports, network\n" +
			"file, chain, contracts, clock, hubs and brokers. Nothing is changed. Give it the flags of\n" +
			"\"myst node\"; stop the node first to see whether its ports are free.\n\n" +
			"Of each thing it says \"ok\", \"MISSING\", or \"without\": a node runs without it, but cannot do\n" +
			"all. Whether an identity is registered and has paid its bond, \"myst status\" says.",
		Example: "  myst doctor\n  myst doctor --network network.json --provide openvpn --listen 203.0.113.7:1194",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	given := e.nodeFlags(cmd)
	cmd.RunE = e.action(func(ctx context.Context, _ []string) error {
		cfg := given.cfg
		if err := nameServices(cfg); err != nil {
			return err
		}
		cfg.DataDir, cfg.Network = e.dataDir, e.networkFile(cfg.Network)
		var shown []finding
		missing := 0
		for _, f := range e.program.Doctor(ctx, cfg) {
			shown = append(shown, finding(f))
			if !f.OK && !f.Optional {
				missing++
			}
		}
		if err := e.show(shown, func(w *printer) { printFindings(w, shown) }); err != nil {
			return err
		}
		if missing > 0 {
			return fmt.Errorf("%s to mend", plural(missing, "thing", "things"))
		}
		return nil
	})
	return cmd
}

func printFindings(w *printer, findings []finding) {
	var rows [][]string
	for _, f := range findings {
		state := yes(f.OK, "ok", "MISSING")
		if !f.OK && f.Optional {
			state = "without"
		}
		rows = append(rows, []string{state, f.Name, f.Detail})
		if f.Remedy != "" {
			rows = append(rows, []string{"", "", "→ " + f.Remedy})
		}
	}
	w.table([]string{"STATE", "CHECK", "DETAIL"}, rows)
}
