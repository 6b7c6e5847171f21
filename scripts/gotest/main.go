// Command gotest runs "go test" and shows only what a reader needs: one line per package, and the whole
// output of a test that failed. Its arguments are go test's own.
//
// It counts what passed and failed, and appends "passed failed" to the file that the environment
// variable TEST_COUNTS names, so that scripts/test.sh can add up several runs. What failed, and what was said of it
// by the test itself, is also appended to the file of TEST_FAILURES: it is easily lost among the programs' logs.
// A skipped test counts as failed: nothing in this repository may pass by not running.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// event is a line of "go test -json"; see "go doc test2json".
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output
	Test       string
	Output     string
}

func main() {
	passed, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1)
	}
	if !passed {
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) (passed bool, err error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	s := newSummary(out)
	readErr := s.read(pipe)
	waitErr := cmd.Wait()
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) {
		return false, waitErr
	}
	if readErr != nil {
		return false, readErr
	}
	if waitErr != nil && s.failed == 0 {
		s.failed = 1 // such as a package that does not build
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", s.passed, s.failed)
	err = errors.Join(
		record(os.Getenv("TEST_COUNTS"), fmt.Sprintf("%d %d\n", s.passed, s.failed)),
		record(os.Getenv("TEST_FAILURES"), s.failures.String()))
	if err != nil {
		return false, err
	}
	return s.failed == 0, nil
}

// summary turns events into package lines, failures and counts.
type summary struct {
	out            io.Writer
	passed, failed int
	failures       strings.Builder             // what failed, and why
	output         map[string]*strings.Builder // of tests and packages that have not ended
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, output: map[string]*strings.Builder{}}
}

func (s *summary) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(s.out, lines.Text())
			continue
		}
		s.add(e)
	}
	return lines.Err()
}

func (s *summary) add(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		if s.output[key] == nil {
			s.output[key] = &strings.Builder{}
		}
		s.output[key].WriteString(e.Output)
	case "build-output":
		fmt.Fprint(s.out, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.endPackage(e, s.take(key))
		} else {
			s.endTest(e, s.take(key))
		}
	}
}

func (s *summary) take(key string) string {
	b := s.output[key]
	delete(s.output, key)
	if b == nil {
		return ""
	}
	return b.String()
}

func (s *summary) endTest(e event, output string) {
	switch e.Action {
	case "pass":
		s.passed++
	case "fail":
		s.failed++
		fmt.Fprint(s.out, output)
		fmt.Fprintf(&s.failures, "%s %s\n%s", e.Package, e.Test, complaints(output))
	case "skip":
		s.failed++
		fmt.Fprintf(&s.failures, "%s %s was skipped\n", e.Package, e.Test)
		fmt.Fprintf(s.out, "%s: %s was skipped, which counts as a failure\n%s", e.Package, e.Test, output)
	}
}

// endPackage prints go test's own line about the package. The rest of a package's output (PASS, the
// shuffle seed, a panic) matters only when it failed.
func (s *summary) endPackage(e event, output string) {
	if e.Action == "fail" {
		s.failed++ // also when no test of it failed: a panic, a leak, a build
		fmt.Fprintf(&s.failures, "%s\n", e.Package)
		s.unfinished(e.Package)
		fmt.Fprint(s.out, output)
		return
	}
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "ok ") {
			fmt.Fprint(s.out, line)
		}
	}
}

// unfinished prints what the tests said that a crash of their package cut short, the crash among it.
func (s *summary) unfinished(pkg string) {
	for _, key := range slices.Sorted(maps.Keys(s.output)) {
		if strings.HasPrefix(key, pkg+" ") {
			said := s.take(key)
			fmt.Fprint(s.out, said)
			fmt.Fprintf(&s.failures, "%s was cut short\n%s", key, complaints(said))
		}
	}
}

// complaint is what testing puts before a message of a test's own file, rather than of a helper that shows logs.
var complaint = regexp.MustCompile(`^ +\w+_test\.go:\d+: `)

// mostComplaints is how many lines of one test are repeated.
const mostComplaints = 10

// complaints picks the lines in which a test says what is wrong.
func complaints(output string) string {
	var found strings.Builder
	lines, goesOn := 0, false
	for line := range strings.Lines(output) {
		goesOn = goesOn && strings.HasPrefix(line, "        ") ||
			complaint.MatchString(line) || strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "WARNING: DATA RACE")
		if goesOn && lines < mostComplaints {
			found.WriteString(line)
			lines++
		}
	}
	return found.String()
}

// record appends to a file, if there is one.
func record(path, text string) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
