package relay

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

func promiseHex() string {
	p := intent.SignedPromise{Consumer: identity.Address{1}, Promise: intent.Promise{Provider: identity.Address{2}, Amount: 3}}
	return "0x" + hex.EncodeToString(p.Encode())
}

func TestMalformedIntents(t *testing.T) {
	good := `{"kind":"clear","signed":["` + promiseHex() + `"]}`
	var in Intent
	if err := json.Unmarshal([]byte(good), &in); err != nil || in.Promises[0].Amount != 3 {
		t.Fatal(err)
	}
	before := in
	for name, text := range map[string]string{
		"null": `null`, "list": `[]`, "empty": `{}`, "unknown kind": `{"kind":"steal"}`,
		"unknown field":  `{"kind":"collect","fee":1}`,
		"no parts":       `{"kind":"clear"}`,
		"other form":     strings.Replace(good, "clear", "lock", 1),
		"not hex":        `{"kind":"clear","signed":["0xzz"]}`,
		"cut":            strings.Replace(good, `"]`, `00"]`, 1),
		"unsigned kind":  strings.Replace(good, "clear", "collect", 1),
		"two registers":  `{"kind":"register","signed":["` + promiseHex() + `","` + promiseHex() + `"]}`,
		"foreign field":  strings.Replace(good, `"kind"`, `"provider":"0x0100000000000000000000000000000000000000","kind"`, 1),
		"zero provider":  `{"kind":"withdraw","provider":"0x0000000000000000000000000000000000000000"}`,
		"short provider": `{"kind":"withdraw","provider":"0x00"}`,
		"too many":       `{"kind":"clear","signed":["` + strings.Repeat(promiseHex()+`","`, MaxPromises) + promiseHex() + `"]}`,
	} {
		if err := json.Unmarshal([]byte(text), &in); name != "null" && !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(in.Promises) != len(before.Promises) || in.Kind != before.Kind {
		t.Error("a malformed text changed the intent")
	}
	if err := (&Intent{}).UnmarshalJSON([]byte(good + " x")); !errors.Is(err, ErrMalformed) {
		t.Errorf("trailing text: %v", err)
	}
	if _, err := json.Marshal(Intent{Kind: KindLock}); !errors.Is(err, ErrMalformed) {
		t.Errorf("wrote an empty intent: %v", err)
	}
}

func FuzzIntent(f *testing.F) {
	f.Add([]byte(`{"kind":"collect"}`))
	f.Add([]byte(`{"kind":"withdraw","provider":"0x0100000000000000000000000000000000000000"}`))
	f.Add([]byte(`{"kind":"clear","signed":["` + promiseHex() + `"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var in Intent
		if err := in.UnmarshalJSON(text); err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatalf("error without its sentinel: %v", err)
			}
			return
		}
		if len(in.Locks) > MaxLocks || len(in.Promises) > MaxPromises {
			t.Fatal("bounds not kept")
		}
		// Canonical: what was accepted says the same when written and read again.
		first, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var back Intent
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatal(err)
		}
		if second, err := json.Marshal(back); err != nil || string(first) != string(second) {
			t.Fatalf("%s became %s, %v", first, second, err)
		}
	})
}
