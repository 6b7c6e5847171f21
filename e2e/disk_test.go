//go:build e2e

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// disk is a small file system of its own.
type disk struct{ dir string }

// newDisk mounts one until the test ends.
func newDisk(t *testing.T) disk {
	t.Helper()
	d := disk{t.TempDir()}
	if err := unix.Mount("tmpfs", d.dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=16m,mode=0700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(d.dir, 0); err != nil {
			t.Errorf("unmount %s: %v", d.dir, err)
			_ = unix.Unmount(d.dir, unix.MNT_DETACH) // whoever uses it still
		}
	})
	return d
}

func (d disk) ballast() string { return filepath.Join(d.dir, "ballast") }

// fill takes all the space that is left.
func (d disk) fill(t *testing.T) {
	t.Helper()
	file, err := os.Create(d.ballast())
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = file.Write(make([]byte, 4096))
	}
	if closed := file.Close(); closed != nil || !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err, closed)
	}
}

// free gives it back.
func (d disk) free(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		t.Fatal(err)
	}
}

// fresh starts a party's node anew: its database's log is empty then, so that what is written next needs space.
func (p *party) fresh(t *testing.T) {
	t.Helper()
	p.Stop(t)
	p.Up(t)
	p.well(t)
}

// complains waits until a party's log says what is wrong.
func (p *party) complains(t *testing.T, of string) {
	t.Helper()
	p.Await(t, "the log says "+of, func() bool { return strings.Contains(p.Log.String(), of) })
}

// The disk of a provider fills up in mid-session. It acknowledges nothing that it cannot store: traffic stops
// within the window, the session ends and the log says why. The provider is killed then. It has lost no promise
// that it had acknowledged, and a window at most; with space on the disk it serves again.
func providersDiskIsFull(t *testing.T, m *world) {
	on, buyer, d := m.Join(t, 25), m.buyers[1], newDisk(t)
	provider := newPartyIn(t, d.dir, on, m.selling(on, "openvpn")...)
	m.join(t, provider)
	provider.fresh(t)
	provider.announced(t)
	s := buyer.buy(t, provider)
	if got := m.download(m.consumers[1], s, 8*mib, testbed.Patience); got != 8*mib {
		t.Fatalf("%d bytes came", got)
	}
	d.fill(t)
	m.download(m.consumers[1], s, 128*mib, testbed.Patience) // it is cut off
	provider.complains(t, "database or disk is full")
	bought := buyer.ended(t, s.ID)
	var live wire.Sessions
	provider.Run(t, &live, "sessions")
	acknowledged := live.Sessions[0].Promised.Units
	provider.Kill()
	d.free(t)
	provider.Up(t)
	provider.announced(t)
	sold := provider.ended(t, s.ID)
	if sold.Promised.Units < acknowledged || sold.Promised.Units > bought.Promised.Units || acknowledged == 0 {
		t.Errorf("%d units were acknowledged, %d are in the book, %d were promised", acknowledged, sold.Promised.Units, bought.Promised.Units)
	}
	lost := costs(t, bought, bought.Sent+bought.Received, 0) - min(costs(t, bought, bought.Sent+bought.Received, 0), sold.Promised.Units)
	if window := costs(t, bought, max(bought.Window, sold.Window), 0) - costs(t, bought, 0, 0); lost > window+3 {
		t.Errorf("%d units are unpaid, a window costs %d", lost, window)
	}
	if got := provider.cleared(t); uint64(got) < sold.Promised.Units {
		t.Errorf("cleared %d units of %d", got, sold.Promised.Units)
	}
	m.tradesAgain(t, provider, buyer)
}

// The disk of a consumer fills up in mid-session. It sends no promise that it cannot store, so traffic stops within
// the window, the session ends and the log says why. The provider clears what it has. With space on the disk, and
// after a restart, which closes the session's account, the consumer buys again.
func consumersDiskIsFull(t *testing.T, m *world) {
	on, d := m.Join(t, 35), newDisk(t)
	consumer := newPartyIn(t, d.dir, on, m.buying()...)
	m.join(t, consumer)
	consumer.fresh(t)
	s := consumer.buy(t, m.seller)
	if got := m.download(on, s, 8*mib, testbed.Patience); got != 8*mib {
		t.Fatalf("%d bytes came", got)
	}
	d.fill(t)
	m.download(on, s, 128*mib, testbed.Patience) // it is cut off
	consumer.complains(t, "database or disk is full")
	sold := m.seller.ended(t, s.ID)
	lost := costs(t, sold, sold.Sent+sold.Received, 0) - min(costs(t, sold, sold.Sent+sold.Received, 0), sold.Promised.Units)
	if window := costs(t, sold, sold.Window+sold.Sent/20, 0) - costs(t, sold, 0, 0); lost > window+3 {
		t.Errorf("%d units are unpaid, a window costs %d", lost, window)
	}
	if got := m.seller.cleared(t); uint64(got) < sold.Promised.Units {
		t.Errorf("cleared %d units of %d", got, sold.Promised.Units)
	}
	d.free(t)
	consumer.fresh(t)
	m.tradesAgain(t, m.seller, consumer)
	if again := consumer.ended(t, s.ID); again.Promised.Units < sold.Promised.Units {
		t.Errorf("the consumer's book says %d units, the provider had %d", again.Promised.Units, sold.Promised.Units)
	}
}

// tradesAgain sees that a consumer can buy and use a session of a provider.
func (m *world) tradesAgain(t *testing.T, provider, consumer *party) {
	t.Helper()
	s := consumer.buy(t, provider)
	if got := m.download(consumer.On, s, mib, testbed.Patience); got != mib {
		t.Errorf("%d bytes came afterwards", got)
	}
	consumer.Run(t, nil, "disconnect", s.ID)
	provider.cleared(t)
}
