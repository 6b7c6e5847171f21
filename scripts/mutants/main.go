// Command mutants shows that the tests notice when a security check is gone. It copies the tree to a
// temporary directory, sees the tests pass there, and then, one check at a time (mutants.go names them),
// removes it by an exact edit and wants a test to fail.
//
// It fails when a mutant survives, and also when the result would mean nothing: an edit that does not
// apply exactly once, a mutant that does not compile, tests that fail without any edit.
//
//	go run ./scripts/mutants [-only epoch]
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A mutant is the tree without one check.
type mutant struct {
	check string // what is removed, in a few words
	file  string // where it stands, from the root
	old   string // text that occurs there exactly once
	new   string
	tests string // the package whose tests must notice, such as "./record"
}

// Why a mutant proves nothing or too little.
var (
	errSurvived = errors.New("SURVIVED: no test failed")
	errEdit     = errors.New("the edit does not apply")
	errCompile  = errors.New("the mutant does not compile")
	errBaseline = errors.New("tests fail without any edit")
)

func main() {
	only := flag.String("only", "", "try only the checks whose name contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, only string) error {
	root, err := command(ctx, ".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(mutants), func(m mutant) bool { return !strings.Contains(m.check, only) })
	if len(chosen) == 0 {
		return fmt.Errorf("no check is named like %q", only)
	}
	dir, err := os.MkdirTemp("", "myst-mutants-")
	if err != nil {
		return err
	}
	err = inCopy(ctx, out, strings.TrimSpace(root), dir, chosen)
	return errors.Join(err, os.RemoveAll(dir))
}

func inCopy(ctx context.Context, out io.Writer, root, dir string, chosen []mutant) error {
	if err := copyTree(ctx, root, dir); err != nil {
		return fmt.Errorf("copy the tree: %w", err)
	}
	if err := baseline(ctx, dir, chosen); err != nil {
		return err
	}
	bad := 0
	fmt.Fprintf(out, "%-34s %-34s %s\n", "check removed", "in", "noticed by")
	for _, m := range chosen {
		started := time.Now()
		noticed, err := try(ctx, dir, m)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			bad++
			noticed = err.Error()
		}
		fmt.Fprintf(out, "%-34s %-34s %s (%.0f s)\n", m.check, m.file, noticed, time.Since(started).Seconds())
	}
	fmt.Fprintf(out, "%d mutants, %d noticed\n", len(chosen), len(chosen)-bad)
	if bad > 0 {
		return fmt.Errorf("%d of %d mutants failed to prove their test", bad, len(chosen))
	}
	return nil
}

// copyTree copies what git tracks or would track.
func copyTree(ctx context.Context, root, dir string) error {
	list, err := command(ctx, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.Trim(list, "\x00"), "\x00") {
		info, err := os.Lstat(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue // deleted and not yet committed, or a link
		} else if err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		target := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(target, text, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return nil
}

// baseline sees that every edit applies and that the tests pass before any does.
func baseline(ctx context.Context, dir string, chosen []mutant) error {
	var packages []string
	for _, m := range chosen {
		if _, _, err := edited(dir, m); err != nil {
			return fmt.Errorf("%s: %w", m.check, err)
		}
		packages = append(packages, m.tests)
	}
	slices.Sort(packages)
	if out, err := goTest(ctx, dir, slices.Compact(packages)...); err != nil {
		return fmt.Errorf("%w: %w\n%s", errBaseline, err, out)
	}
	return nil
}

// edited returns a file's text before and after a mutant's edit.
func edited(dir string, m mutant) (before, after []byte, err error) {
	before, err = os.ReadFile(filepath.Join(dir, m.file))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errEdit, err)
	}
	if n := bytes.Count(before, []byte(m.old)); n != 1 {
		return nil, nil, fmt.Errorf("%w: %s has the text to replace %d times, want once:\n%s", errEdit, m.file, n, m.old)
	}
	return before, bytes.Replace(before, []byte(m.old), []byte(m.new), 1), nil
}

var failedTest = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// try makes a mutant, names the tests that fail on it, and heals it.
func try(ctx context.Context, dir string, m mutant) (noticedBy string, err error) {
	before, after, err := edited(dir, m)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, m.file)
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, after, info.Mode().Perm()); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, before, info.Mode().Perm())) }()

	if out, err := goTest(ctx, dir, "-run=^$", m.tests); err != nil {
		return "", fmt.Errorf("%w:\n%s", errCompile, out)
	}
	out, err := goTest(ctx, dir, "-failfast", m.tests) // one is enough, and minimising a property takes minutes
	if err == nil {
		return "", errSurvived
	}
	found := failedTest.FindAllStringSubmatch(out, -1)
	if len(found) == 0 {
		return "", fmt.Errorf("go test failed, but no test did: %w\n%s", err, out)
	}
	noticedBy = found[0][1]
	if more := len(found) - 1; more > 0 {
		noticedBy += fmt.Sprintf(" and %d more", more)
	}
	return noticedBy, nil
}

// goTest leaves vet out: it would call some mutants broken before their test runs.
func goTest(ctx context.Context, dir string, args ...string) (string, error) {
	return command(ctx, dir, "go", append([]string{"test", "-vet=off", "-count=1", "-timeout=10m"}, args...)...)
}

// command returns what a command printed, both streams.
func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return string(out), nil
}
