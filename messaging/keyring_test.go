package messaging_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

// The secret half of a key lives until ten minutes after its end, and a new key comes at half time.
func TestKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := messaging.NewKeyring(nil)
		if err != nil {
			t.Fatal(err)
		}
		current := func() messaging.KeyBody {
			raw, err := k.Current()
			if err != nil {
				t.Fatal(err)
			}
			b, err := messaging.DecodeKeyBody(raw)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		first := current()
		if life := first.NotAfter.Sub(first.NotBefore); life != 24*time.Hour || first.ID == 0 || len(first.PublicKey) != 1216 {
			t.Fatalf("key %d lives %v", first.ID, life)
		}
		pass(12*time.Hour - time.Second)
		if current().ID != first.ID {
			t.Fatal("rotated early")
		}
		pass(time.Second)
		second := current()
		if second.ID == first.ID || !k.Holds(first.ID) {
			t.Fatal("did not rotate at half time, or forgot the key in use")
		}
		pass(time.Until(first.NotAfter.Add(10 * time.Minute)))
		current()
		if !k.Holds(first.ID) {
			t.Fatal("forgot the key before flights under way could arrive")
		}
		pass(time.Second)
		current()
		if k.Holds(first.ID) {
			t.Fatal("kept an expired secret")
		}
	})
}

// The endpoint erases expired secrets also when nobody asks for a key.
func TestEndpointErasesKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newNode(t, messagingtest.NewNetwork(), nil)
		id := r.body().ID
		pass(messaging.KeyLifetime + 11*time.Minute)
		synctest.Wait()
		if r.keys.Holds(id) {
			t.Fatal("kept an expired secret")
		}
	})
}
