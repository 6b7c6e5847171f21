package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree is a program with one check that its test wants and one that no test looks at.
func tree(t *testing.T, broken bool) string {
	t.Helper()
	dir := t.TempDir()
	test := "package p\nimport \"testing\"\nfunc TestPositive(t *testing.T) { if ok(-1) { t.Fatal() } }\n"
	if broken {
		test = strings.Replace(test, "if ok(-1)", "if true", 1)
	}
	for name, text := range map[string]string{
		"go.mod":    "module example.test/p\n\ngo 1.26\n",
		"p.go":      "package p\nfunc ok(n int) bool {\n\tif n < 0 { return false }\n\tif n > 9 { return false }\n\treturn true\n}\n",
		"p_test.go": test,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTry(t *testing.T) {
	const lower, upper = "if n < 0 { return false }", "if n > 9 { return false }"
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"noticed":          {lower, "", nil},
		"survives":         {upper, "", errSurvived},
		"does not compile": {lower, "if n < 0 { return 7 }", errCompile},
		"is not there":     {"if n == 5", "", errEdit},
		"is there twice":   {"return false", "return true", errEdit},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, false)
			before, err := os.ReadFile(filepath.Join(dir, "p.go"))
			if err != nil {
				t.Fatal(err)
			}
			noticed, err := try(t.Context(), dir, mutant{file: "p.go", old: c.old, new: c.new, tests: "."})
			if !errors.Is(err, c.want) || (c.want == nil) != (noticed == "TestPositive") {
				t.Fatalf("noticed by %q, %v; want %v", noticed, err, c.want)
			}
			if after, err := os.ReadFile(filepath.Join(dir, "p.go")); err != nil || string(after) != string(before) {
				t.Errorf("the file was not healed: %s, %v", after, err)
			}
		})
	}
}

func TestBaseline(t *testing.T) {
	m := mutant{file: "p.go", old: "if n < 0 { return false }", tests: "."}
	if err := baseline(t.Context(), tree(t, true), []mutant{m}); !errors.Is(err, errBaseline) {
		t.Errorf("tests that fail anyway: %v", err)
	}
	if err := baseline(t.Context(), tree(t, false), []mutant{m}); err != nil {
		t.Errorf("tests that pass: %v", err)
	}
	if err := run(t.Context(), io.Discard, "no such check"); err == nil {
		t.Error("a run of no mutants succeeded")
	}
}

// The issue names ten checks; every edit changes something.
func TestList(t *testing.T) {
	if len(mutants) != 10 {
		t.Errorf("%d mutants; want ten", len(mutants))
	}
	for _, m := range mutants {
		if m.check == "" || m.file == "" || m.old == "" || m.old == m.new || !strings.HasPrefix(m.tests, "./") {
			t.Errorf("incomplete: %+v", m)
		}
	}
}
