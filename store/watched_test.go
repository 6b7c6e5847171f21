package store

import (
	"errors"
	"testing"

	"github.com/mysteriumnetwork/myst/money"
)

// What brings nothing any more comes after what is to be cleared, however often that was tried, and makes room first.
// What is being cleared makes none.
func TestOrderOfWatched(t *testing.T) {
	db := open(t)
	err := db.InTx(t.Context(), func(tx *Tx) error {
		for i, r := range []struct{ due, asked, tries uint64 }{
			{0, 9, 0}, {10, 9, 4}, {20, 0, 0}, {5, 9, 0}, {7, 0, 1}, // the last was tried without its event
		} {
			row := WatchedPromise{
				WatchedKey: WatchedKey{Consumer: [20]byte{byte(i + 1)}}, Amount: 100, Due: money.Amount(r.due), Intent: []byte("{}"),
			}
			err := tx.HoldPromise(row)
			if r.asked > 0 && err == nil {
				row.Asked = r.asked
				_, err = tx.AskedToUnlock(row.WatchedKey, r.asked)
			}
			if err = errors.Join(err, tx.LookAgain(row, row.Due, 0, r.tries)); err != nil {
				return err
			}
		}
		all, err := tx.WatchedToLookAt([32]byte{}, 1, 10)
		if err != nil {
			return err
		}
		var order []byte
		for _, w := range all {
			order = append(order, w.Consumer[0])
		}
		if string(order) != string([]byte{4, 2, 1, 3, 5}) {
			t.Errorf("they are looked at in the order %v", order)
		}
		for _, want := range []byte{1, 3} {
			least, found, err := tx.LeastWatched([32]byte{}, [20]byte{})
			if err = errors.Join(err, tx.DropWatched(least)); err != nil || !found || least.Consumer[0] != want {
				t.Errorf("%d makes room, want %d: %v, %v", least.Consumer[0], want, found, err)
			}
		}
		if least, found, err := tx.LeastWatched([32]byte{}, [20]byte{}); found || err != nil {
			t.Errorf("what is being cleared makes room: %+v, %v", least, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
