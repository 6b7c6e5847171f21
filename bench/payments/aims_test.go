package main

import (
	"strings"
	"testing"
)

func TestAims(t *testing.T) {
	good := figures{sessions: many, stored: storedAim, ratio: ratioAim, idle: idleAim}
	for name, c := range map[string]struct {
		change func(*figures)
		want   string // with cgo
		always bool   // without, too
	}{
		"all reached":         {func(*figures) {}, "", false},
		"too few":             {func(f *figures) { f.stored-- }, "stored", false},
		"too slow":            {func(f *figures) { f.ratio += 0.01 }, "check alone", false},
		"too large":           {func(f *figures) { f.idle++ }, "idle", true},
		"one waits":           {func(f *figures) { *f = figures{sessions: 1, stored: 900, ratio: 9, idle: 1e6} }, "", false},
		"too few of hundreds": {func(f *figures) { *f = figures{sessions: 100, stored: 4999, ratio: 1.5, idle: 1e6} }, "stored", false},
	} {
		f := good
		c.change(&f)
		for _, cgo := range []bool{true, false} {
			want := 0
			if c.want != "" && (cgo || c.always) {
				want = 1
			}
			if got := f.missed(cgo); len(got) != want || want == 1 && !strings.Contains(got[0], c.want) {
				t.Errorf("%s, cgo %v: %q", name, cgo, got)
			}
		}
	}
}
