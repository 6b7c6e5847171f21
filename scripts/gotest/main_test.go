package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const events = `{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"-test.shuffle 42\n"}
{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"good says much\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"run","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    bad_test.go:12: bad says\n"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"        why\n"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    proc.go:193: a program's log\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestLazy","Output":"no reason\n"}
{"Action":"skip","Package":"p","Test":"TestLazy"}
{"Action":"run","Package":"p","Test":"TestCrashed"}
{"Action":"output","Package":"p","Test":"TestCrashed","Output":"panic: says where\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"Action":"run","Package":"q","Test":"TestGood"}
{"Action":"pass","Package":"q","Test":"TestGood"}
{"Action":"output","Package":"q","Output":"PASS\n"}
{"Action":"output","Package":"q","Output":"ok  \tq\t0.2s\n"}
{"Action":"pass","Package":"q"}
`

func TestSummary(t *testing.T) {
	var out strings.Builder
	s := newSummary(&out)
	if err := s.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"bad says", "panic: says where", "no reason", "FAIL\tp", "ok  \tq\t0.2s", "-test.shuffle 42"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	for _, noise := range []string{"good says much", "PASS\n"} {
		if strings.Contains(out.String(), noise) {
			t.Errorf("%q in\n%s", noise, out.String())
		}
	}
	if s.passed != 2 || s.failed != 3 {
		t.Errorf("%d passed, %d failed", s.passed, s.failed)
	}
	want := "p TestBad\n    bad_test.go:12: bad says\n        why\np TestLazy was skipped\np\np TestCrashed was cut short\npanic: says where\n"
	if got := s.failures.String(); got != want {
		t.Errorf("failures: %q", got)
	}
}

func TestRecordAppends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counts")
	for _, text := range []string{"2 3\n", "1 0\n"} {
		if err := record(path, text); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "2 3\n1 0\n" {
		t.Errorf("%q, %v", got, err)
	}
}
