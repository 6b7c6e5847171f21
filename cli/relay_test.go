package cli

import "testing"

func TestParseMargin(t *testing.T) {
	for text, want := range map[string]uint64{"0": 0, "25": 2500, "2.5": 250, "0.01": 1, "100": 10_000, "1.": 100} {
		if got, err := parseMargin(text); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", ".5", "-1", "1.234", "x", "1,5", "1e3", "99999999999999999999", "100001"} {
		if got, err := parseMargin(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}
