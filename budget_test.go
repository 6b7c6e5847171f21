package myst

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The budgets, in lines. What is above is an exception, with its reason.
const (
	maxFile     = 500
	maxFunction = 60
	maxTest     = 80 // a test tells one story in order
	maxMain     = 50
)

var fileExceptions = map[string]string{}

// functionExceptions are "directory.function" or "directory.Type.method".
var functionExceptions = map[string]string{}

// tree calls use with every file of the tree that people keep, by its path with slashes.
func tree(t *testing.T, use func(path string) error) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name != "." && strings.HasPrefix(name, ".") || slices.Contains([]string{"node_modules", "bin", "build", "testdata", "cache", "out"}, name) {
				return filepath.SkipDir
			}
			return nil
		}
		return use(filepath.ToSlash(path))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// source is one Go file of the tree that people wrote.
type source struct {
	path  string // relative to the root, with slashes
	lines int
	fset  *token.FileSet
	file  *ast.File
}

func (s source) dir() string          { return filepath.ToSlash(filepath.Dir(s.path)) }
func (s source) isTest() bool         { return strings.HasSuffix(s.path, "_test.go") }
func (s source) line(p token.Pos) int { return s.fset.Position(p).Line }

// sources parses every Go file but generated ones.
func sources(t *testing.T) (all []source) {
	t.Helper()
	tree(t, func(path string) error {
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		if !ast.IsGenerated(file) {
			all = append(all, source{path: path, lines: strings.Count(string(text), "\n"), fset: fset, file: file})
		}
		return nil
	})
	return all
}

// Solidity files keep to the same length.
func TestSizesOfContracts(t *testing.T) {
	seen := 0
	tree(t, func(path string) error {
		if !strings.HasSuffix(path, ".sol") {
			return nil
		}
		text, err := os.ReadFile(path)
		if lines := strings.Count(string(text), "\n"); lines > maxFile {
			t.Errorf("%s has %d lines; the budget is %d", path, lines, maxFile)
		}
		seen++
		return err
	})
	if seen < 10 {
		t.Errorf("only %d contracts are seen", seen)
	}
}

func TestSizes(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		if s.lines > maxFile {
			used[s.path] = true
			if fileExceptions[s.path] == "" {
				t.Errorf("%s has %d lines; the budget is %d", s.path, s.lines, maxFile)
			}
		}
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			lines := s.line(f.End()) - s.line(f.Pos()) - 1
			name := s.dir() + "." + functionName(f)
			budget := maxFunction
			if s.isTest() {
				budget = maxTest
			}
			if lines > budget {
				used[name] = true
				if functionExceptions[name] == "" {
					t.Errorf("%s: %s has %d lines; the budget is %d", s.path, functionName(f), lines, budget)
				}
			}
		}
		if s.file.Name.Name == "main" && strings.HasPrefix(s.path, "cmd/") && filepath.Base(s.path) == "main.go" && s.lines > maxMain {
			t.Errorf("%s has %d lines; a main has at most %d", s.path, s.lines, maxMain)
		}
	}
	for _, exceptions := range []map[string]string{fileExceptions, functionExceptions} {
		for name := range exceptions {
			if !used[name] {
				t.Errorf("%s is an exception that nothing needs any more", name)
			}
		}
	}
}

func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	receiver := f.Recv.List[0].Type
	for {
		switch r := receiver.(type) {
		case *ast.StarExpr:
			receiver = r.X
		case *ast.IndexExpr:
			receiver = r.X
		case *ast.Ident:
			return r.Name + "." + f.Name.Name
		default:
			return f.Name.Name
		}
	}
}

func TestPackageComments(t *testing.T) {
	comments := map[string][]string{} // by directory: files that have one
	for _, s := range sources(t) {
		if s.isTest() && s.dir() != "." {
			continue
		}
		if _, ok := comments[s.dir()]; !ok {
			comments[s.dir()] = nil
		}
		if s.file.Doc == nil {
			continue
		}
		comments[s.dir()] = append(comments[s.dir()], s.path)
		want := "Package " + s.file.Name.Name + " "
		if s.file.Name.Name == "main" {
			want = "Command " + filepath.Base(s.dir()) + " "
		}
		if text := s.file.Doc.Text(); !strings.HasPrefix(text, want) {
			t.Errorf("%s: the package comment begins %q; want %q", s.path, text[:min(len(text), 30)], want)
		}
	}
	for dir, files := range comments {
		if len(files) != 1 {
			t.Errorf("%s has %d package comments, %v; want one", dir, len(files), files)
		}
	}
}

// Library code gets its context from its caller, who knows when the work ends; a test waits for what it
// waits for, or runs on the fake clock of testing/synctest, where sleeping is how time passes.
func TestHabits(t *testing.T) {
	programs := []string{"cmd/", "bench/", "scripts/", "e2e/"}
	for _, s := range sources(t) {
		inProgram := slices.ContainsFunc(programs, func(p string) bool { return strings.HasPrefix(s.path, p) })
		fakeClock := slices.ContainsFunc(s.file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` })
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch call := qualified(n); {
			case call == "time.Sleep" && s.isTest() && !fakeClock:
				t.Errorf("%s:%d: time.Sleep in a test", s.path, s.line(n.Pos()))
			case (call == "context.Background" || call == "context.TODO") && !s.isTest() && !inProgram:
				t.Errorf("%s:%d: %s in library code", s.path, s.line(n.Pos()), call)
			}
			return true
		})
	}
}

// qualified returns "package.Name" of a selector, or nothing.
func qualified(n ast.Node) string {
	selector, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if x, ok := selector.X.(*ast.Ident); ok {
		return x.Name + "." + selector.Sel.Name
	}
	return ""
}
