package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/identity/keystore"
	"github.com/mysteriumnetwork/myst/node"
)

// Exit codes. Scripts depend on them: never give one another meaning.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitNotRunning  = 3
	exitAuth        = 4
	exitNotFound    = 5
	exitRefused     = 6
	exitFunds       = 7
	exitUnavailable = 8
	exitInterrupted = 130
)

// exitCodes is the one table: what "myst help exit-codes" shows, and which failures end with which code. A
// failure is recognised by an error in its chain or, when the node reports it, by the problem's code.
var exitCodes = []struct {
	code    int
	meaning string
	errs    []error
	codes   []string
}{
	{exitOK, "success", nil, nil},
	{exitFailure, "failure without a code of its own", nil, nil},
	{exitUsage, "wrong usage: unknown command, flag or value", []error{errUsage}, []string{wire.CodeInvalid}},
	{exitNotRunning, "no node is running, or it is shutting down",
		[]error{client.ErrNotRunning, client.ErrCut, node.ErrShuttingDown}, []string{wire.CodeShuttingDown}},
	{exitAuth, "wrong or missing passphrase, locked identity, or wrong API token",
		[]error{keystore.ErrPassphrase, errPassphrase, node.ErrNoIdentity},
		[]string{wire.CodeToken, wire.CodeHost, wire.CodeOrigin, wire.CodeNoIdentity}},
	{exitNotFound, "no such identity or session, or no proposal matches",
		[]error{keystore.ErrNotFound, errNotFound, node.ErrNoProposal, node.ErrNotFound},
		[]string{wire.CodeNotFound, wire.CodeNoProposal}},
	{exitRefused, "refused: by the provider, as things are, by you, or because the identity is not registered",
		[]error{node.ErrRefused, node.ErrNotRegistered, node.ErrNotNow, errDeclined},
		[]string{wire.CodeRefused, wire.CodeNotRegistered, wire.CodeNotNow, wire.CodeNotAgreed}},
	{exitFunds, "not enough coins or deposit", []error{node.ErrFunds}, []string{wire.CodeFunds}},
	{exitUnavailable, "the chain, a hub, a broker or a provider cannot be reached in time",
		[]error{node.ErrUnavailable, context.DeadlineExceeded}, []string{wire.CodeUnavailable, wire.CodeTimeout}},
	{exitInterrupted, "interrupted by a signal", []error{context.Canceled}, nil},
}

var (
	errUsage      = errors.New("usage")
	errPassphrase = errors.New("no passphrase")
	errNotFound   = errors.New("not found")
	errDeclined   = errors.New("nothing was done")
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func (u usageError) Unwrap() []error { return []error{errUsage, u.error} }

func usage(err error) error { return usageError{err} }

func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	problem := wire.CodeOf(err)
	for _, row := range exitCodes {
		for _, code := range row.codes {
			if problem == code {
				return row.code
			}
		}
		for _, known := range row.errs {
			if errors.Is(err, known) {
				return row.code
			}
		}
	}
	return exitFailure
}

// hints say what to do next, by the problem's code.
var hints = map[string]string{
	wire.CodeToken:         "Is --data-dir that of the running node?",
	wire.CodeNotRegistered: "Register it with: myst identity register",
	wire.CodeNoProposal:    "See what is on offer with: myst proposals",
	wire.CodeFunds:         "See what you have with: myst balance",
	wire.CodeUnavailable:   "See what is missing with: myst status",
}

// interrupted says what becomes of the operation that was waited for.
func (e *env) interrupted() string {
	switch {
	case e.transaction != "":
		return "interrupted; transaction " + e.transaction + " goes on all the same: 'myst balance' shows what it did, and 'myst ledger' has it once it is confirmed"
	case e.sent:
		return "interrupted; what was signed may be on its way, and get into a block later: look at 'myst balance' before you try again"
	}
	return "interrupted"
}

// reportError prints what went wrong with a command to standard error.
func (e *env) reportError(err error, code int, command string) {
	hint := hints[wire.CodeOf(err)]
	if code == exitUsage && wire.CodeOf(err) == "" {
		hint = "See: " + command + " --help"
	}
	text := err.Error()
	if code == exitInterrupted {
		text = e.interrupted()
	}
	if e.json {
		// Nothing is left to do if standard error is closed.
		_ = json.NewEncoder(e.stderr).Encode(struct {
			Error    string `json:"error"`
			ExitCode int    `json:"exit_code"`
			Code     string `json:"code,omitempty"`
		}{text, code, wire.CodeOf(err)})
		return
	}
	_, _ = fmt.Fprintf(e.stderr, "myst: %s\n", cleanLines(text))
	if hint != "" {
		_, _ = fmt.Fprintln(e.stderr, hint)
	}
}

// exitCodesTopic is the page "myst help exit-codes".
func exitCodesTopic() *cobra.Command {
	var text strings.Builder
	text.WriteString("Exit codes of myst:\n\n")
	for _, row := range exitCodes {
		fmt.Fprintf(&text, "  %3d  %s\n", row.code, row.meaning)
	}
	text.WriteString("\nWith --json, an error is one JSON object on standard error with the fields \"error\",\n" +
		"\"exit_code\" and, when the node reported it, \"code\".")
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: text.String()}
}
