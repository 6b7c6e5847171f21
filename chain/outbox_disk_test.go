package chain

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/internal/disktest"
	"github.com/mysteriumnetwork/myst/store"
)

// onDisk is a sender whose database's disk the test can spoil.
func onDisk(t *testing.T, n network) (*sender, *disktest.Disk) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "node.db")
	disk := disktest.Watch(path)
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return newSender(t, n, db, n.funded(t)), disk
}

// large makes a call so large that a full database has no room for it. The contract does not look at what follows its arguments.
func large(tx Tx) Tx {
	tx.Data = append(tx.Data, make([]byte, 32<<10)...)
	return tx
}

// The outbox's database is full, or read-only, whenever it would write: it says so, sends nothing that it has not
// stored, and goes on when there is room, with one effect.
func TestOutboxWhoseDiskFails(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	for _, trouble := range disktest.Troubles {
		t.Run(trouble.Name, func(t *testing.T) {
			s, disk := onDisk(t, n)
			var log bytes.Buffer
			s.cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
			who := newKey(t).Address()
			tx := large(n.mint("k", who, 1))
			fails := func(when string, do func() error) {
				t.Helper()
				disk.Spoil(t, trouble)
				sent := len(s.requests("eth_sendRawTransaction"))
				for range 3 {
					if err := do(); err == nil || !strings.Contains(err.Error(), trouble.Says) || errors.Is(err, ErrUnavailable) {
						t.Fatalf("%s: %v", when, err)
					}
				}
				if got := len(s.requests("eth_sendRawTransaction")) - sent; got != 0 {
					t.Fatalf("%s: %d transactions sent that are not stored", when, got)
				}
				disk.Mend(t, trouble)
			}
			work := func() error { return s.Work(t.Context()) }
			fails("submitting", func() error {
				_, err := s.Submit(t.Context(), tx)
				return err
			})
			id := s.submit(t, tx)
			fails("sending", work)
			if got := strings.Count(log.String(), "cannot go on with a transaction"); got != 1 || !strings.Contains(log.String(), trouble.Says) {
				t.Errorf("said %d times:\n%s", got, log.String())
			}
			swallow(s.proxy)
			if got := s.work(t, id); got.State != StateSent {
				t.Fatalf("%+v", got)
			}
			s.now = s.now.Add(bumpAfter)
			fails("raising the fee", work)
			s.answer("eth_sendRawTransaction", nil)
			s.work(t, id)
			n.Commit()
			if trouble.Name == "read-only" { // in a full one there is room for a block's number
				fails("storing the answer", work)
			}
			s.finish(t, id, who)
			s.usedNonces(t, 1)
		})
	}
}

// usedNonces expects that so many transactions are on the chain.
func (s *sender) usedNonces(t *testing.T, want uint64) {
	t.Helper()
	if used, err := s.leastNonce(t.Context(), atLatest); err != nil || used != want {
		t.Errorf("%d transactions on the chain, %v; want %d", used, err, want)
	}
}

// A nonce for which a transaction's signed bytes could not be stored is given to the next one. If it were kept back,
// nothing above it would ever be mined.
func TestOutboxWhoseDiskHasRoomForTheNextOne(t *testing.T) {
	n := startNetwork(t, dev.Config{})
	full := disktest.Troubles[0]
	s, disk := onDisk(t, n)
	who := newKey(t).Address()
	first := s.submit(t, large(n.mint("large", who, 1)))
	second := s.submit(t, n.mint("small", who, 10))
	disk.Spoil(t, full)
	if err := s.Work(t.Context()); err == nil || !strings.Contains(err.Error(), full.Says) {
		t.Fatal(err)
	}
	if status, err := s.Status(t.Context(), second); err != nil || status.State != StateSent {
		t.Fatalf("the small one: %+v, %v", status, err)
	}
	disk.Mend(t, full)
	for range 4 {
		s.now = s.now.Add(bumpAfter)
		s.work(t, first)
		n.Commit()
	}
	for _, got := range []Status{s.work(t, first), s.work(t, second)} {
		if got.State != StateMined {
			t.Errorf("%+v", got)
		}
	}
	if got := n.coins(t, who); got != 11 {
		t.Errorf("effects add up to %d, want 11", got)
	}
	s.usedNonces(t, 2)
}
