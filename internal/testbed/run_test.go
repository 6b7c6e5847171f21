//go:build linux

package testbed

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
)

// Run behaves like a test: what is registered is undone in reverse, with the context ended, also after a failure
// that ends f; and all failures are told.
func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(testing.TB)
		want []string
	}{
		"passes":  {func(testing.TB) {}, nil},
		"goes on": {func(t testing.TB) { t.Errorf("first %d", 1); t.Error("second") }, []string{"first 1", "second"}},
		"ends": {func(t testing.TB) {
			end := t.Fatalf
			end("fatal %d", 1)
			t.Error("never")
		}, []string{"fatal 1"}},
		"cannot run":  {func(t testing.TB) { t.Skip("no root") }, []string{"no root"}},
		"in a helper": {func(t testing.TB) { t.Helper(); t.Fatal("fatal") }, []string{"fatal"}},
	} {
		t.Run(name, func(t *testing.T) {
			var undone []string
			var dir string
			err := Run(t.Context(), func(t testing.TB) {
				dir = t.TempDir()
				t.Cleanup(func() {
					undone = append(undone, "first")
					t.Cleanup(func() { undone = append(undone, "late") })
				})
				t.Cleanup(func() {
					if t.Context().Err() != context.Canceled {
						t.Error("the context goes on")
					}
					undone = append(undone, "second")
				})
				c.end(t)
			})
			var told []string
			if err != nil {
				told = strings.Split(err.Error(), "\n")
			}
			if !slices.Equal(told, c.want) {
				t.Errorf("told %q, want %q", told, c.want)
			}
			if !slices.Equal(undone, []string{"second", "first", "late"}) {
				t.Errorf("undone %q", undone)
			}
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("the directory is left: %v", err)
			}
		})
	}
}
