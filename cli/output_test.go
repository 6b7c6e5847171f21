package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/identity/keystore"
	"github.com/mysteriumnetwork/myst/node"
)

func TestExitCode(t *testing.T) {
	problem := func(code string) error { return &wire.Problem{Type: wire.ProblemPrefix + code, Status: 400} }
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{errors.New("x"), exitFailure},
		{problem(wire.CodeInternal), exitFailure},
		{usagef("x"), exitUsage},
		{problem(wire.CodeInvalid), exitUsage},
		{client.ErrNotRunning, exitNotRunning},
		{client.ErrCut, exitNotRunning},
		{problem(wire.CodeShuttingDown), exitNotRunning},
		{keystore.ErrPassphrase, exitAuth},
		{problem(wire.CodeToken), exitAuth},
		{problem(wire.CodeHost), exitAuth},
		{problem(wire.CodeOrigin), exitAuth},
		{problem(wire.CodeNoIdentity), exitAuth},
		{keystore.ErrNotFound, exitNotFound},
		{problem(wire.CodeNotFound), exitNotFound},
		{problem(wire.CodeNoProposal), exitNotFound},
		{problem(wire.CodeRefused), exitRefused},
		{problem(wire.CodeNotRegistered), exitRefused},
		{problem(wire.CodeFunds), exitFunds},
		{problem(wire.CodeUnavailable), exitUnavailable},
		{problem(wire.CodeTimeout), exitUnavailable},
		{node.ErrUnavailable, exitUnavailable},
		{context.Canceled, exitInterrupted},
		{problem("of a newer node"), exitFailure},
	} {
		for _, err := range []error{c.err, fmt.Errorf("wrapped: %w", c.err)} {
			if c.err == nil {
				err = nil
			}
			if got := exitCode(err); got != c.want {
				t.Errorf("%v: exit code %d, want %d", err, got, c.want)
			}
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, ünïcödé €":         "plain text, ünïcödé €",
		"\x1b[2J\x1b]0;title\a":         "?[2J?]0;title?",
		"line\nline\r\tend":             "line?line??end",
		"right to left \u202e override": "right to left ? override",
		"C1 \u009b31m":                  "C1 ?31m",
		"broken \xff":                   "broken \ufffd",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := cleanLines("a\x1b\nb"); got != "a?\nb" {
		t.Errorf("cleanLines: %q", got)
	}
}

func TestUnits(t *testing.T) {
	for in, want := range map[uint64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1 << 20: "1.0 MiB", 1<<20 - 1: "1.0 MiB", 64 << 20: "64.0 MiB", 1<<64 - 1: "16.0 EiB",
	} {
		if got := bytesText(in); got != want {
			t.Errorf("%d bytes are %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]uint64{"0": 0, "1": 1, "64k": 64_000, "50M": 50_000_000, "1G": 1_000_000_000} {
		if got, err := parseBandwidth(in); err != nil || got != want {
			t.Errorf("bandwidth %q: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "M", "-1", "1.5M", "50 M", "1T", "18446744073709551615G", "99999999999999999999"} {
		if got, err := parseBandwidth(in); err == nil {
			t.Errorf("bandwidth %q is %d", in, got)
		}
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	w := &printer{w: &out}
	w.table([]string{"NAME", ">COINS", "EMPTY", "END"}, [][]string{{"ä", "1.5", "", "x"}, {"long name", "10", "", ""}})
	want := "NAME       COINS  END\nä            1.5  x\nlong name     10\n"
	if out.String() != want || w.err != nil {
		t.Errorf("got\n%s%v", out.String(), w.err)
	}
}

// A result that cannot be written is a failure: a script must not take it for success.
func TestBrokenOutput(t *testing.T) {
	for _, json := range []bool{false, true} {
		e := &env{stdout: brokenWriter{}, json: json}
		if err := e.show("x", func(w *printer) { w.line("x") }); err == nil {
			t.Errorf("json %v: no error", json)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }
