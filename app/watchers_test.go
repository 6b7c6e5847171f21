package app

import (
	"slices"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
)

func TestSelectWatchers(t *testing.T) {
	var all []chain.Relayer
	for i := range byte(10) {
		all = append(all, chain.Relayer{Identity: identity.Address{i + 1}, URL: "http://" + string('a'+rune(i))})
	}
	for _, c := range []struct {
		names []string
		want  []int
		err   string
	}{
		{nil, []int{0, 1, 2, 3, 4, 5, 6, 7}, ""}, // of which the first two that take promises have them
		{[]string{"none"}, nil, ""},
		{[]string{"http://c", strings.ToLower(identity.Address{10}.String()), "http://a"}, []int{2, 9, 0}, ""},
		{[]string{"http://z"}, nil, "not among the network file's"},
		{[]string{"http://c", identity.Address{3}.String()}, nil, "twice"},
		{[]string{"none", "http://c"}, nil, "not among"},
		{[]string{"http://a", "http://b", "http://c", "http://d", "http://e"}, nil, "at most 4"},
	} {
		got, err := selectWatchers(all, c.names)
		if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%q: %v, %v; want %v, %q", c.names, got, err, c.want, c.err)
		}
	}
}

// What no watcher holds is one line of the status, in words that say what to do.
func TestUnheldIsShown(t *testing.T) {
	r := &nodeRun{}
	if all := r.watcherHealth(); all != nil {
		t.Errorf("a consumer's: %+v", all)
	}
	text := unheldText(2, 1_500_000, "http://a: connection refused")
	for _, want := range []string{"none holds 2", "1.5 coins", "myst clear", "http://a: connection refused"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q says nothing of %q", text, want)
		}
	}
}
