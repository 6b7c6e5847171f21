// Package myst holds no code: only the tests of this repository's own rules. arch_test.go checks what may
// import what, budget_test.go sizes and habits, licence_test.go what the program is made of.
package myst

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mysteriumnetwork/myst"

// levels is the import table of docs/architecture.md. A package may import what stands on a lower line,
// and its own parent, never its own line. A name covers its sub-packages unless they have their own; a
// name that ends in "/…" covers sub-packages only.
var levels = [][]string{
	{"internal/…", "money"},
	{"identity", "identity/keystore", "contracts", "store", "proxy", "tunnel", "hostnet"},
	{"record", "intent", "chain", "messaging", "messaging/nats", "tunnel/routed"},
	{"market", "registry", "tunnel/wireguard", "tunnel/openvpn"},
	{"session", "payments", "discovery", "relay"},
	{"node", "hub", "hub/client"},
	{"api/wire"},
	{"api", "api/client"},
	{"app"},
	{"cli", "devnet", "internal/testbed"},
	{"cmd/…", "bench/…", "scripts/…", "e2e"},
}

// testChain links a full Ethereum node; only these and tests may import it.
const testChain = "chain/dev"

var testChainImporters = []string{"devnet", "cmd/mystdev", testChain}

// encodings are the generated types of what travels; only the codecs of the packages that own a message import them.
const encodings = "internal/pb"

var codecs = []string{"record", "messaging", "market", "tunnel/wireguard", "tunnel/openvpn", "session", "payments"}

// pkg is what "go list -json" says of a package; paths in this module are relative to it.
type pkg struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	var pkgs []pkg
	for _, p := range goList[pkg](t, "-json=ImportPath,Imports", "./...") {
		pkgs = append(pkgs, pkg{ImportPath: relative(p.ImportPath), Imports: relativeAll(p.Imports)})
	}
	if len(pkgs) < 20 {
		t.Fatalf("go list sees only %d packages", len(pkgs))
	}
	for _, v := range violations(pkgs) {
		t.Error(v)
	}
}

// The rules themselves must notice what they are for.
func TestImportRulesNotice(t *testing.T) {
	for _, c := range []struct {
		pkg, imports, want string
	}{
		{"money", "internal/backoff", "same level"},
		{"payments", "internal/pb", ""},
		{"bench/payments", "internal/pb", "own a message"},
		{"identity", "money", ""},
		{"identity/keystore", "identity", ""},
		{"identity", "identity/keystore", "same level"},
		{"record", "intent", "same level"},
		{"messaging/nats", "messaging", ""},
		{"messaging/messagingtest", "messaging", ""},
		{"market", "session", "higher level"},
		{"node", "hub", "same level"},
		{"api", "api/wire", ""},
		{"api", "app", "higher level"},
		{"devnet", "chain/dev", ""},
		{"chain/dev", "chain", ""},
		{"app", "chain/dev", "full Ethereum node"},
		{"cmd/myst", "chain/dev", "full Ethereum node"},
		{"registry", "database/sql", "only store"},
		{"store", "database/sql", ""},
		{"plugins", "money", "not in the table"},
	} {
		imports := c.imports
		if imports != "database/sql" {
			imports = "./" + imports
		}
		got := violations([]pkg{{ImportPath: c.pkg, Imports: []string{"fmt", imports}}})
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s importing %s: %q; want %q", c.pkg, c.imports, got, c.want)
		}
	}
}

// violations says what breaks the table.
func violations(pkgs []pkg) (found []string) {
	report := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, p := range pkgs {
		if p.ImportPath == "." {
			continue
		}
		level, ok := levelOf(p.ImportPath)
		if !ok {
			report("%s is not in the table of levels", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if imported == "database/sql" && p.ImportPath != "store" {
				report("%s imports database/sql: only store writes SQL", p.ImportPath)
			}
			path, ours := strings.CutPrefix(imported, "./")
			if !ours {
				continue
			}
			if path == testChain && !slices.Contains(testChainImporters, p.ImportPath) {
				report("%s imports %s, which links a full Ethereum node", p.ImportPath, path)
				continue
			}
			if path == encodings && !slices.Contains(codecs, p.ImportPath) {
				report("%s imports %s: only the packages that own a message do", p.ImportPath, path)
				continue
			}
			switch importedLevel, ok := levelOf(path); {
			case !ok:
				report("%s imports %s, which is not in the table of levels", p.ImportPath, path)
			case importedLevel > level:
				report("%s imports %s of a higher level", p.ImportPath, path)
			case importedLevel == level && !strings.HasPrefix(p.ImportPath, path+"/"):
				report("%s imports %s of the same level", p.ImportPath, path)
			}
		}
	}
	return found
}

// levelOf finds the longest name of the table that covers a package.
func levelOf(path string) (level int, ok bool) {
	best := -1
	for i, names := range levels {
		for _, name := range names {
			parent, below := strings.CutSuffix(name, "/…")
			covers := strings.HasPrefix(path, parent+"/") || path == parent && !below
			if covers && len(parent) > best {
				best, level, ok = len(parent), i, true
			}
		}
	}
	return level, ok
}

// The page that people read and the table that is enforced say the same.
func TestTableIsDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "| level | packages |")
	if !found {
		t.Fatal("docs/architecture.md has no table of levels")
	}
	section, _, _ = strings.Cut(section, "\n\n")
	var documented []string
	for _, row := range regexp.MustCompile(`(?m)^\| \d+ \|(.*)\|$`).FindAllStringSubmatch(section, -1) {
		documented = append(documented, regexp.MustCompile(`[a-z][a-z0-9]*(/[a-z]+)*(/…)?`).FindAllString(row[1], -1)...)
	}
	documented = slices.DeleteFunc(documented, func(s string) bool { return s == "and" })
	enforced := slices.Concat(levels...)
	for _, name := range enforced {
		if !slices.Contains(documented, name) {
			t.Errorf("%s is in arch_test.go, not in docs/architecture.md", name)
		}
	}
	for _, name := range documented {
		if !slices.Contains(enforced, name) {
			t.Errorf("%s is in docs/architecture.md, not in arch_test.go", name)
		}
	}
}

// The node must stay small enough for a router, and the command-line programs of go-ethereum are GPL.
func TestProgramLinksNoEthereumNode(t *testing.T) {
	const geth = "github.com/ethereum/go-ethereum/"
	forbidden := []string{"eth", "node", "miner", "core", "core/vm", "les", "graphql", "triedb", "trie", "ethdb/pebble", "cmd"}
	deps := goList[pkg](t, "-deps", "-json=ImportPath", "./cmd/myst")
	for _, dep := range deps {
		path, ok := strings.CutPrefix(dep.ImportPath, geth)
		if dep.ImportPath == module+"/"+testChain || dep.ImportPath == module+"/devnet" {
			t.Errorf("cmd/myst links %s", dep.ImportPath)
		}
		if ok && slices.ContainsFunc(forbidden, func(f string) bool {
			return path == f || strings.HasPrefix(path, f+"/") && f != "core"
		}) {
			t.Errorf("cmd/myst links %s", dep.ImportPath)
		}
	}
	if len(deps) < 100 {
		t.Fatalf("go list sees only %d dependencies of cmd/myst", len(deps))
	}
}

// goList decodes the stream of values that "go list -json" prints.
func goList[T any](t *testing.T, args ...string) (all []T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var v T
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// relative shortens paths in this module: "." for the root, else "./" is left off.
func relative(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

// relativeAll marks imports of this module by "./".
func relativeAll(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = p
		if rest, ok := strings.CutPrefix(p, module+"/"); ok {
			out[i] = "./" + rest
		}
	}
	return out
}
