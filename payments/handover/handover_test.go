package handover

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	coin  = money.Amount(money.UnitsPerCoin)
	least = coin / 1000
)

var self = identity.Address{1}

// book is a provider's promises and the chain that they are on.
type book struct {
	mu       sync.Mutex
	promises map[identity.Address]money.Amount // by consumer, in channel 3
	busy     bool
	channel  payments.Channel
	nonce    uint64
	looks    int // at the channel
	readings int // of the promises
}

func (b *book) Identity() identity.Address { return self }

func (b *book) PromisedTo(context.Context) (all []intent.SignedPromise, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readings++
	for consumer, amount := range b.promises {
		all = append(all, intent.SignedPromise{Consumer: consumer, Promise: intent.Promise{Provider: self, Channel: 3, Epoch: 7, Amount: amount}})
	}
	return all, nil
}

func (b *book) Busy(identity.Address, uint8) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.busy
}

func (b *book) Channel(context.Context, identity.Address, uint8, uint64) (payments.Channel, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
	return b.channel, nil
}

func (b *book) Nonce(context.Context) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.nonce, nil
}

func (b *book) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// holder is a watcher in memory.
type holder struct {
	book *book
	name string
	fee  money.Amount

	mu    sync.Mutex
	fail  error
	held  money.Amount // what was handed last
	most  money.Amount
	calls int
}

func (w *holder) Name() string { return w.name }

func (w *holder) Hold(_ context.Context, p intent.SignedPromise, most money.Amount) (Consent, error) {
	nonce, _ := w.book.Nonce(context.Background())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if w.fail != nil {
		return Consent{}, w.fail
	}
	w.held, w.most = p.Amount, most
	return Consent{w.fee, nonce}, nil
}

func (w *holder) set(fail error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = fail
}

// now returns what was handed last, for what fee at most, and in how many calls.
func (w *holder) now() (held, most money.Amount, calls int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held, w.most, w.calls
}

func (w *holder) asked() int {
	_, _, calls := w.now()
	return calls
}

// has fails unless so much was handed over, in so many calls.
func (w *holder) has(t *testing.T, held money.Amount, calls int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held != held || w.calls != calls {
		t.Errorf("%s holds %s after %d calls; want %s after %d", w.name, w.held, w.calls, held, calls)
	}
}

// run runs a handover to three watchers, of which two are to hold what one consumer promised.
func run(t *testing.T, test func(b *book, h *Handover, w []*holder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &book{
			promises: map[identity.Address]money.Amount{{2}: coin}, busy: true,
			channel: payments.Channel{Provider: self, Locked: 10 * coin, Epoch: 7},
		}
		var w []*holder
		cfg := Config{
			Ledger: b, Chain: b, Wanted: 2, Least: least, Nonce: b.Nonce,
			Share: func(due money.Amount) money.Amount { return due / 10 },
		}
		for i := range 3 {
			w = append(w, &holder{book: b, name: fmt.Sprint("watcher ", i)})
			cfg.Watchers = append(cfg.Watchers, w[i])
		}
		h := New(cfg)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- h.Run(ctx) }()
		synctest.Wait()
		test(b, h, w)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// pass lets time pass, and what is due then happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// What a run finds, as after a restart, goes to the first two; then what has grown enough, once a minute; and at the session's end
// whatever has grown.
func TestNewestGoesToTheFirstTwo(t *testing.T) {
	run(t, func(b *book, h *Handover, w []*holder) {
		w[0].has(t, coin, 1)
		w[1].has(t, coin, 1)
		w[2].has(t, 0, 0)
		if _, most, _ := w[0].now(); most != coin/10 {
			t.Errorf("it may take %s", most)
		}
		b.set(func() { b.promises[identity.Address{2}] += least - 1 })
		pass(2 * time.Minute)
		w[0].has(t, coin, 1)
		b.set(func() { b.promises[identity.Address{2}]++ })
		pass(time.Minute)
		w[0].has(t, coin+least, 2)
		for range 60 { // grows all the time
			b.set(func() { b.promises[identity.Address{2}] += least })
			pass(time.Second)
		}
		if calls := w[0].asked(); calls != 3 {
			t.Errorf("%d calls in a minute", calls-2)
		}
		b.set(func() { b.promises[identity.Address{2}], b.busy = 3*coin, false })
		h.Notify()
		synctest.Wait()
		w[0].has(t, 3*coin, 4)
		b.set(func() { b.promises[identity.Address{2}]++ })
		h.Notify()
		synctest.Wait()
		w[1].has(t, 3*coin+1, 5)
		pass(5 * time.Hour)
		w[0].has(t, 3*coin+1, 5)
		pass(2 * time.Hour) // they may have lost it
		w[0].has(t, 3*coin+1, 6)
		w[2].has(t, 0, 0)
	})
}

func TestWhatBringsTooLittleStays(t *testing.T) {
	run(t, func(b *book, h *Handover, w []*holder) {
		b.set(func() { b.promises, b.busy = map[identity.Address]money.Amount{{3}: least - 1}, false })
		h.Notify()
		synctest.Wait()
		b.set(func() { b.promises[identity.Address{4}], b.channel.Cleared = 2*coin, 2*coin })
		h.Notify()
		synctest.Wait()
		b.set(func() {
			b.channel = payments.Channel{Provider: self, Locked: 10 * coin, Epoch: 8}
			b.promises[identity.Address{5}] = coin
		})
		pass(time.Minute)
		b.set(func() {
			b.channel = payments.Channel{Provider: identity.Address{9}, Locked: 10 * coin, Epoch: 7}
			b.promises[identity.Address{6}] = coin
		})
		pass(time.Minute)
		w[0].has(t, coin, 1)
		var before, after int
		b.set(func() { before = b.looks })
		pass(time.Hour)
		b.set(func() { after = b.looks })
		if after != before || h.Unheld().Promises != 0 {
			t.Errorf("%d looks at what has not changed; %+v", after-before, h.Unheld())
		}
	})
}

// What one does not take the next one gets, and none is asked all the time.
func TestFailuresGoToTheNext(t *testing.T) {
	run(t, func(b *book, h *Handover, w []*holder) {
		w[0].set(errors.New("connection refused"))
		w[1].set(fmt.Errorf("%w: it is full", ErrRefused))
		b.set(func() { b.promises[identity.Address{2}], b.busy = 2*coin, false })
		h.Notify()
		synctest.Wait()
		w[2].has(t, 2*coin, 1)
		if u := h.Unheld(); u.Promises != 0 {
			t.Errorf("one holds it: %+v", u)
		}
		refused := w[1].asked()
		for range 10 {
			h.Notify()
			synctest.Wait()
		}
		if again := w[1].asked() - refused; again != 0 {
			t.Errorf("asked %d times at once for what it refused", again)
		}
		w[2].set(errors.New("gone"))
		b.set(func() { b.promises[identity.Address{2}] = 3 * coin })
		h.Notify()
		pass(5 * time.Minute)
		u := h.Unheld()
		if u.Promises != 1 || u.Coins != 3*coin || !strings.Contains(u.Why, "watcher") {
			t.Errorf("%+v", u)
		}
		before := w[0].asked()
		pass(time.Hour)
		if calls := w[0].asked() - before; calls < 3 || calls > 12 {
			t.Errorf("asked %d times in an hour", calls)
		}
		for i := range w {
			w[i].set(nil)
		}
		pass(20 * time.Minute)
		first, _, _ := w[0].now()
		second, _, _ := w[1].now()
		if u := h.Unheld(); u.Promises != 0 || first != 3*coin && second != 3*coin {
			t.Errorf("%+v", u)
		}
	})
}

// A watcher that failed, and is not needed any more, is no reason to look more often.
func TestFailedAndNotNeeded(t *testing.T) {
	run(t, func(b *book, h *Handover, w []*holder) {
		w[0].set(errors.New("gone"))
		b.set(func() { b.promises[identity.Address{2}], b.busy = 2*coin, false })
		h.Notify()
		pass(time.Minute)
		if u := h.Unheld(); u.Promises != 0 || w[0].asked() < 2 {
			t.Errorf("%+v, asked %d times", u, w[0].asked())
		}
		b.set(func() { b.readings = 0 })
		pass(time.Hour)
		var times int
		b.set(func() { times = b.readings })
		if times > 70 {
			t.Errorf("looked %d times in an hour", times)
		}
	})
}

// A fee that was signed for a nonce that is used up pays nobody: it is signed anew.
func TestFeesAreSignedAnew(t *testing.T) {
	run(t, func(b *book, h *Handover, w []*holder) {
		w[0].mu.Lock()
		w[0].fee = coin / 50
		w[0].mu.Unlock()
		b.set(func() { b.promises[identity.Address{2}], b.busy = 2*coin, false })
		h.Notify()
		synctest.Wait()
		w[0].has(t, 2*coin, 2)
		w[1].has(t, 2*coin, 2)
		pass(time.Hour)
		w[0].has(t, 2*coin, 2)
		b.set(func() { b.nonce++ })
		pass(time.Minute)
		w[0].has(t, 2*coin, 3)
		w[1].has(t, 2*coin, 2) // takes none
	})
}

// A watcher that does not answer holds up nobody who only tells of a session's end.
func TestNotifyDoesNotWait(t *testing.T) {
	var none *Handover
	none.Notify()
	if err := none.Flush(t.Context()); err != nil || none.Unheld() != (Unheld{}) {
		t.Error(err)
	}
	run(t, func(_ *book, h *Handover, _ []*holder) {
		release := make(chan struct{})
		h.turn <- struct{}{} // as while a watcher is waited for
		go func() {
			for range 100 {
				h.Notify()
			}
			close(release)
		}()
		<-release
		<-h.turn
	})
}

// Who waits for its turn when it is to end, ends.
func TestEndsWhileAnotherLooks(t *testing.T) {
	run(t, func(_ *book, h *Handover, _ []*holder) {
		h.turn <- struct{}{} // and is never given back
		h.Notify()
		synctest.Wait()
	})
}
