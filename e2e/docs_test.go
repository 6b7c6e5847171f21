//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// block is a fenced block of a page: commands for a machine, or what the commands before it print.
type block struct {
	line    int
	machine string // nothing for what is printed
	running bool   // is left running
	text    string
}

var fence = regexp.MustCompile("^```(\\S*) ?(.*)$")

// blocks reads a page's blocks "```sh MACHINE" and "```sh MACHINE, left running", and "```text" after them. Others are for
// people only.
func blocks(t *testing.T, page string) (all []block) {
	t.Helper()
	text, err := os.ReadFile(page) //nolint:gosec // of this repository
	if err != nil {
		t.Fatal(err)
	}
	var open *block
	for i, line := range strings.Split(string(text), "\n") {
		found := fence.FindStringSubmatch(line)
		switch {
		case found == nil && open != nil:
			open.text += line + "\n"
		case found == nil:
		case open != nil:
			if open.machine != "" || open.line > 0 {
				all = append(all, *open)
			}
			open = nil
		default:
			open = new(block)
			machine, running := strings.CutSuffix(found[2], ", left running")
			if found[1] == "sh" && machine != "" || found[1] == "text" && len(all) > 0 {
				open.line, open.machine, open.running = i+1, machine, running
			}
		}
	}
	return all
}

// machine is one of the page's three, with a home directory and a terminal that commands are typed into.
type machine struct {
	*testbed.Host
	t     *testing.T
	home  string
	hosts string // its /etc/hosts
	env   []string
	last  *testbed.Daemon // what was left running last
}

// inside runs a script with the machine's /etc/hosts, and without this test's settings. Each program replaces the one
// before, so that one process remains.
const inside = `mount --bind "$0" /etc/hosts && cd && exec env -u MYST_DATA_DIR -u MYST_PASSPHRASE -u XDG_DATA_HOME bash -c "$1"`

func (m *machine) script(text string) []string {
	return []string{"--mount", "--propagation", "private", "sh", "-c", inside, m.hosts, strings.TrimSpace(text)}
}

// do types a block in and returns what it prints, or has printed so far.
func (m *machine) do(b block) func() string {
	m.t.Helper()
	if b.running {
		m.last = testbed.NewDaemon(m.t, m.Host, "unshare", m.env, m.script(b.text)...)
		m.last.Start(m.t)
		return m.last.Log.String
	}
	cmd := m.Command("unshare", m.script("set -euo pipefail\n"+b.text)...)
	cmd.Env = append(os.Environ(), m.env...)
	out, err := cmd.CombinedOutput()
	m.t.Logf("%s> %s%s", m.Addr, b.text, out)
	if err != nil {
		m.t.Fatalf("line %d of the page, at %s: %v\n%s", b.line, m.Addr, err, out)
	}
	return func() string { return string(out) }
}

// shows says whether an output has the lines that the page shows, in their order; "…" is anything.
func shows(output, page string) bool {
	lines := strings.Split(output, "\n")
	for want := range strings.Lines(strings.TrimSpace(page)) {
		words := strings.Fields(want)
		for i, word := range words {
			words[i] = strings.ReplaceAll(regexp.QuoteMeta(word), "…", ".*")
		}
		line := regexp.MustCompile(`^\s*` + strings.Join(words, `\s+`) + `\s*$`)
		at := slices.IndexFunc(lines, line.MatchString)
		if at < 0 {
			return false
		}
		lines = lines[at+1:]
	}
	return true
}

func TestShows(t *testing.T) {
	const output = "   0.0s  step\nSTATE  NAME\n   ok  one thing\nended."
	for page, want := range map[string]bool{
		"STATE NAME\nok one thing\n": true, "… step\nended.\n": true, "ok one …\n": true, "STATE … \n": true,
		"ok one\n": false, "ended.\nSTATE NAME\n": false, "ended!\n": false, "STATE …\nSTATE …\n": false, "o. one thing\n": false,
	} {
		if shows(output, page) != want {
			t.Errorf("%q: shown is %v", page, !want)
		}
	}
}

// The walk-through works as it is written.
func TestThreeMachines(t *testing.T) {
	network := testbed.NewNetwork(t)
	dir := t.TempDir()
	hosts := filepath.Join(dir, "hosts")
	// One cable joins all: the page's addresses are of networks that share their first bit.
	attach := func(addr string) *testbed.Host {
		return network.Attach(t, netip.PrefixFrom(netip.MustParseAddr(addr), 1))
	}
	page := testbed.Serve(t, attach("192.0.2.80"))
	if err := os.WriteFile(hosts, []byte("192.0.2.80 web.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	machines := map[string]*machine{}
	for name, addr := range map[string]string{"hub": "192.0.2.10", "provider": "203.0.113.7", "consumer": "198.51.100.31"} {
		m := &machine{Host: attach(addr), t: t, home: filepath.Join(dir, addr), hosts: hosts}
		if err := os.Mkdir(m.home, 0o700); err != nil {
			t.Fatal(err)
		}
		m.env = []string{"HOME=" + m.home, "PATH=" + programs(t, dir) + ":" + os.Getenv("PATH")}
		machines[name] = m
	}
	walk(t, machines)
	seen := page.Visitors()
	others := slices.DeleteFunc(slices.Clone(seen), func(a netip.Addr) bool { return a == machines["provider"].Addr })
	if len(others) != 1 || others[0] != machines["consumer"].Addr || len(seen) != 4 { // once without the proxy
		t.Errorf("the web server saw %v", seen)
	}
	for _, name := range []string{"provider", "consumer"} {
		machines[name].last.Stop(t)
		clean(t, machines[name].Host)
	}
}

// walk types the page in, and looks whether it prints what the page shows.
func walk(t *testing.T, machines map[string]*machine) {
	t.Helper()
	var output func() string // of the block before
	running := false
	used := map[string]int{}
	for _, b := range blocks(t, "../docs/three-machines.md") {
		switch {
		case b.machine == "":
			deadline := time.Now().Add(testbed.Patience)
			for running && !shows(output(), b.text) && time.Now().Before(deadline) {
				<-time.After(50 * time.Millisecond)
			}
			if !shows(output(), b.text) {
				t.Fatalf("line %d of the page shows\n%sbut it prints\n%s", b.line, b.text, output())
			}
		case machines[b.machine] == nil:
			t.Fatalf("line %d of the page: no machine is called %q", b.line, b.machine)
		default:
			output, running = machines[b.machine].do(b), b.running
			used[b.machine]++
		}
	}
	if len(used) != 3 || used["hub"] < 4 || used["provider"] < 4 || used["consumer"] < 4 {
		t.Errorf("blocks of the page that were run: %v", used)
	}
}

// copying stands for ssh's scp: a machine's home is a directory.
const copying = "#!/bin/sh\nexec cp \"$1\" \"%s/${2%%:}/\"\n"

// programs makes a directory with what the machines have beside the system's.
func programs(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "bin")
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "scp"), fmt.Appendf(nil, copying, dir), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	return path + ":" + filepath.Dir(testbed.Program(t, "myst"))
}
