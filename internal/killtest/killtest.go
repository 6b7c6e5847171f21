// Package killtest runs a test program again, as a process that is killed: by its test at any moment, or by itself at a step
// of its work.
package killtest

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// variable names the environment variable in which a victim finds what it was started with.
const variable = "MYST_TEST_VICTIM"

// Victim returns what this process was started with by Start, for the test program's TestMain; false in a test.
func Victim() (config string, ok bool) { return os.LookupEnv(variable) }

// Kills is how often a test kills; MYST_KILLS sets it.
func Kills(usually int) int {
	if n, err := strconv.Atoi(os.Getenv("MYST_KILLS")); err == nil && n > 0 {
		return n
	}
	return usually
}

// Process is a test program that was started again. Whoever reads Out to its end calls Cmd.Wait.
type Process struct {
	Cmd *exec.Cmd
	In  io.WriteCloser
	Out io.Reader
	Log bytes.Buffer // its standard error
}

// Start runs the test program again with a configuration that JSON holds. It is killed with the test's context.
func Start(t testing.TB, config any) *Process {
	t.Helper()
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{Cmd: exec.CommandContext(t.Context(), os.Args[0])} //nolint:gosec // this program
	p.Cmd.Env = append(os.Environ(), variable+"="+string(text))
	p.Cmd.Stderr = &p.Log
	if p.Out, err = p.Cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if p.In, err = p.Cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// Perish ends this process as SIGKILL from outside does.
func Perish() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // until the signal is delivered
}
