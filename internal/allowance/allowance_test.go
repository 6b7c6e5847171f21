package allowance

import (
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	table := New[string](0.5, 2, 2, func() time.Time { return now })
	want := func(key string, allowed bool) {
		t.Helper()
		if table.Allow(key) != allowed {
			t.Errorf("%s: allowed is %v", key, !allowed)
		}
	}
	want("a", true)
	want("a", true)
	want("a", false)
	want("b", true) // has its own
	// The table is full: the rest share one allowance.
	want("c", true)
	want("d", true)
	want("e", false)
	if table.AllowOther() {
		t.Error("those without a key have another allowance than the rest")
	}
	now = now.Add(2 * time.Second)
	want("a", true) // one every two seconds
	want("a", false)
	now = now.Add(time.Minute)
	want("e", true) // the full ones were forgotten
	if table.Len() > 2 {
		t.Errorf("%d keys", table.Len())
	}
}
