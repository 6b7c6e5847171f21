package myst

import (
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	// domainString is the form of every string that separates one use of a key or a secret from
	// the others; eip712Form the form of what contracts verify.
	domainString = regexp.MustCompile(`^myst/[a-z-]+(/[a-z-]+)*/v\d+`)
	eip712Form   = regexp.MustCompile(`^[A-Z]\w+\(\w+ \w+(,\w+ \w+)*\)$`)
)

// docs/wire.md names every domain string, EIP-712 form and message that the code has, and no other.
func TestWirePageIsComplete(t *testing.T) {
	text, err := os.ReadFile("docs/wire.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	used := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				return true
			}
			name := domainString.FindString(value)
			if name == "" {
				name = eip712Form.FindString(value)
			}
			if name != "" {
				used[name] = true
				if !strings.Contains(page, "`"+name) {
					t.Errorf("%s:%d: docs/wire.md does not list %s", s.path, s.line(n.Pos()), name)
				}
			}
			return true
		})
	}
	for _, quoted := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(page, -1) {
		name := quoted[1]
		if (domainString.MatchString(name) || eip712Form.MatchString(name)) && !used[strings.TrimSuffix(name, `\0`)] {
			t.Errorf("docs/wire.md lists %s, which no code uses", name)
		}
	}
	if len(used) < 10 {
		t.Errorf("the code seems to use only %d domain strings and forms", len(used))
	}
	protos, err := filepath.Glob("internal/pb/*.proto")
	if err != nil {
		t.Fatal(err)
	}
	for _, proto := range protos {
		text, err := os.ReadFile(proto)
		if err != nil {
			t.Fatal(err)
		}
		for _, message := range regexp.MustCompile(`(?m)^message (\w+)`).FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(page, "`"+message[1]+"`") {
				t.Errorf("docs/wire.md does not describe the message %s of %s", message[1], proto)
			}
		}
	}
}

// docs/operations.md has the same table of exit codes as the program prints.
func TestExitCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.CommandContext(t.Context(), "go", "run", "./cmd/myst", "help", "exit-codes").Output()
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^ +(\d+)  (.+)$`).FindAllStringSubmatch(string(help), -1)
	if len(rows) < 5 {
		t.Fatalf("the program prints %d exit codes:\n%s", len(rows), help)
	}
	for _, row := range rows {
		if want := "| " + row[1] + " | " + row[2] + " |"; !strings.Contains(string(page), want) {
			t.Errorf("docs/operations.md has no row %q", want)
		}
	}
}

// A page that says which test shows something names a test that exists.
func TestCitedTestsExist(t *testing.T) {
	defined := map[string]bool{}
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				defined[f.Name.Name] = true
			}
		}
	}
	for _, file := range solidityTests(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range regexp.MustCompile(`function (\w+)`).FindAllStringSubmatch(string(text), -1) {
			defined[f[1]] = true
		}
	}
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		cited := regexp.MustCompile("`((?:(?:Test|Fuzz|test|testFuzz)[A-Z_]|invariant_)\\w+)`")
		for _, name := range cited.FindAllStringSubmatch(string(text), -1) {
			if !defined[name[1]] {
				t.Errorf("%s cites %s, which does not exist", page, name[1])
			}
		}
	}
}

func solidityTests(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("contracts/test/*.sol")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// pages are the texts for people.
func pages(t *testing.T) []string {
	t.Helper()
	all := []string{"README.md"}
	for _, pattern := range []string{"docs/*.md", "docs/decisions/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// Links between the pages, and from them to files, lead somewhere.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`).FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), link[1])); err != nil {
				t.Errorf("%s links to %s: %v", page, link[1], err)
			}
		}
	}
}
