package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/app"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/identity/keystore"
	"github.com/mysteriumnetwork/myst/node"
)

const maxKeyFile = 64 << 10 // bytes

// identityJSON is one line of "identity list", and what "new" and "import" print.
type identityJSON struct {
	Address string `json:"address,omitempty"`
	Path    string `json:"path"`
	Problem string `json:"problem,omitempty"`
}

func toJSON(entry keystore.Entry) identityJSON {
	out := identityJSON{Path: entry.Path}
	if entry.Problem != nil {
		out.Problem = entry.Problem.Error()
	} else {
		out.Address = entry.Address.String()
	}
	return out
}

func (e *env) identity() *cobra.Command {
	return group("identity", "Make, move and register identities", `  myst identity new
  myst identity list
  myst identity export > backup.json
  myst identity register`,
		e.identityNew(), e.identityList(), e.identityImport(), e.identityExport(), e.identityRegister())
}

func (e *env) keystore(light bool) (*keystore.Store, error) {
	return keystore.Open(filepath.Join(e.dataDir, app.KeystoreDir), keystore.Config{Light: light})
}

// lightFlag weakens the encryption of new keys. Only tests and throw-away networks want that, so it is hidden.
func lightFlag(cmd *cobra.Command, into *bool) {
	cmd.Flags().BoolVar(into, "light-scrypt", false, "weak but fast encryption of new keys; only for throw-away networks")
	_ = cmd.Flags().MarkHidden("light-scrypt") // it exists
}

func (e *env) identityNew() *cobra.Command {
	cmd := &cobra.Command{
		Use: "new", Short: "Make an identity",
		Long: "Make an identity: a random key, stored as an Ethereum V3 file that its passphrase\nencrypts. " +
			"Keep a copy of the file and the passphrase: nobody can restore either.",
		Example: "  myst identity new\n  myst identity new --passphrase-file secret.txt --json",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	secrets, light := e.passphraseFlag(cmd), false
	lightFlag(cmd, &light)
	cmd.RunE = e.action(func(ctx context.Context, _ []string) error {
		store, err := e.keystore(light)
		if err != nil {
			return err
		}
		passphrase, err := secrets.fresh(ctx)
		if err != nil {
			return err
		}
		entry, err := store.New(passphrase)
		if err != nil {
			return err
		}
		return e.showStored("Created", entry)
	})
	return cmd
}

func (e *env) showStored(what string, entry keystore.Entry) error {
	return e.show(toJSON(entry), func(w *printer) {
		w.fields(what, entry.Address.String(), "Key file", entry.Path)
	})
}

func (e *env) identityList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the identities on this machine", Example: "  myst identity list",
		Args: args(0), ValidArgsFunction: noFiles,
		RunE: e.action(func(context.Context, []string) error {
			store, err := e.keystore(false)
			if err != nil {
				return err
			}
			entries, err := store.List()
			if err != nil {
				return err
			}
			list := make([]identityJSON, 0, len(entries))
			var rows [][]string
			for _, entry := range entries {
				item := toJSON(entry)
				list = append(list, item)
				if entry.Problem != nil {
					rows = append(rows, []string{"(damaged)", item.Problem})
				} else {
					rows = append(rows, []string{item.Address, item.Path})
				}
			}
			if len(entries) == 0 {
				e.note("No identities in %s. Make one with: myst identity new", store.Dir())
			}
			return e.show(list, func(w *printer) {
				if len(rows) > 0 {
					w.table([]string{"IDENTITY", "KEY FILE"}, rows)
				}
			})
		}),
	}
}

func (e *env) identityImport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Take in a key from elsewhere",
		Long: "Take in a key from elsewhere: an Ethereum V3 file, which keeps its passphrase, or a\n" +
			"file with 64 hexadecimal digits, for which a new passphrase is asked. \"-\" reads from\nstandard input.",
		Example: "  myst identity import UTC--2026-11-21T10-19-00.0Z--7e5f4552091a69125d5dfcb7b8c2659029395bdf\n  myst identity import key.hex",
		Args:    args(1, "FILE"),
	}
	secrets, light := e.passphraseFlag(cmd), false
	lightFlag(cmd, &light)
	cmd.RunE = e.action(func(ctx context.Context, args []string) error {
		data, err := e.readKeyFile(args[0])
		if err != nil {
			return err
		}
		store, err := e.keystore(light)
		if err != nil {
			return err
		}
		var passphrase string
		if keystore.Encrypted(data) {
			passphrase, err = secrets.existing(ctx, "Passphrase of the file: ")
		} else {
			passphrase, err = secrets.fresh(ctx)
		}
		if err != nil {
			return err
		}
		key, err := keystore.Decode(data, passphrase)
		if err != nil {
			return fmt.Errorf("import %s: %w", args[0], err)
		}
		entry, err := store.Import(key, passphrase)
		if err != nil {
			return err
		}
		return e.showStored("Imported", entry)
	})
	return cmd
}

// readKeyFile reads a file, or standard input, one byte further than a key file may be long.
func (e *env) readKeyFile(path string) (data []byte, err error) {
	f := e.stdin
	if path != "-" {
		if f, err = os.Open(path); err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
	}
	if data, err = io.ReadAll(io.LimitReader(f, maxKeyFile+1)); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return data, nil
}

func (e *env) identityExport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export [ADDRESS]", Short: "Give out an encrypted key, for a backup or another tool",
		Long: "Give out an identity's key as an Ethereum V3 file, which its passphrase encrypts. The\n" +
			"passphrase is asked for, so that a backup is known to open. With one identity only,\nADDRESS may be left out.",
		Example: "  myst identity export > backup.json\n  myst identity export 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf --out backup.json",
		Args:    args(0, "ADDRESS"), ValidArgsFunction: e.completeIdentities,
	}
	secrets, out := e.passphraseFlag(cmd), ""
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to a new `file` with mode 0600 instead of standard output")
	cmd.RunE = e.action(func(ctx context.Context, args []string) error {
		store, err := e.keystore(false)
		if err != nil {
			return err
		}
		address, err := choose(store, args)
		if err != nil {
			return err
		}
		passphrase, err := secrets.existing(ctx, fmt.Sprintf("Passphrase of %s: ", address))
		if err != nil {
			return err
		}
		data, err := store.Export(address, passphrase)
		if err != nil {
			return err
		}
		if out == "" {
			_, err = fmt.Fprintf(e.stdout, "%s\n", data)
			return err
		}
		if err := writeNew(out, data); err != nil {
			return err
		}
		return e.show(identityJSON{Address: address.String(), Path: out}, func(w *printer) {
			w.fields("Exported", address.String(), "Key file", out)
		})
	})
	return cmd
}

// choose returns the identity that is named, or the only one.
func choose(store *keystore.Store, args []string) (identity.Address, error) {
	if len(args) > 0 {
		address, err := identity.ParseAddress(args[0])
		if err != nil {
			return address, usage(err)
		}
		return address, nil
	}
	entries, err := store.List()
	if err != nil {
		return identity.Address{}, err
	}
	switch len(entries) {
	case 0:
		return identity.Address{}, fmt.Errorf("%w: %s is empty; make one with: myst identity new", keystore.ErrNotFound, store.Dir())
	case 1:
		return entries[0].Address, entries[0].Problem
	}
	return identity.Address{}, usagef("there are %d identities; name one of those that \"myst identity list\" shows", len(entries))
}

// writeNew writes a file that nobody else may read, and never over another.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (e *env) completeIdentities(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	if store, err := e.keystore(false); err == nil && len(given) == 0 {
		entries, _ := store.List() // no completion is no harm
		for _, entry := range entries {
			if entry.Problem == nil {
				out = append(out, entry.Address.String())
			}
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (e *env) identityRegister() *cobra.Command {
	cmd := &cobra.Command{
		Use: "register", Short: "Register the running node's identity on chain",
		Long: "Register the running node's identity on chain. The node signs and a hub pays the gas,\n" +
			"so no coins are needed. Only registered identities can offer or use services. Where\n" +
			"relayers ask a fee, \"myst deposit\" registers by the way; after it, the fee is shown and asked for.",
		Example: "  myst identity register",
		Args:    args(0), ValidArgsFunction: noFiles,
	}
	yes := yesFlag(cmd)
	return e.ask(cmd, func(ctx context.Context, c *client.Client, _ []string) error {
		maxFee, err := e.agreeToFee(ctx, c, wire.QuoteRequest{Operation: node.OpRegister}, *yes)
		if err != nil {
			return err
		}
		payment, err := c.Register(ctx, wire.Limit{MaxFee: maxFee}, e.progress())
		if err != nil {
			return err
		}
		return e.show(payment, func(w *printer) { printPayment(w, "Registered.", payment) })
	})
}
