package payments

import (
	"math"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// Sizes of the window.
const (
	// FirstWindow is a new consumer's, in bytes.
	FirstWindow = 8 << 20
	// LargestWindow is what no window exceeds, in bytes.
	LargestWindow = 64 << 20
	// SmallestWindow is below which a session is not worth its promises, in bytes. What is left of
	// a lock when it does not pay for this much ends the session.
	SmallestWindow = 64 << 10
	// TimeWindow is the most time ever unpaid.
	TimeWindow = time.Minute

	smallestTimeWindow = time.Second
	bytesPerGiB        = 1 << 30
)

// WindowRule is what a window is made from.
type WindowRule struct {
	Price money.Price
	// Paid is what this consumer paid to this provider since it last owed something.
	Paid money.Amount
	// Remaining is what is left of the lock.
	Remaining money.Amount
	// Debt is what the consumer owes from earlier sessions.
	Debt money.Amount
	// Max is the smaller of both sides' settings, in bytes; zero is LargestWindow.
	Max uint64
}

// Window returns the next window after one of last bytes (FirstWindow/2 gives the first):
// min(2 · last, max(8 MiB, Paid ÷ 8), 64 MiB, Remaining ÷ 4, Max), with amounts turned into the bytes
// that they pay for, and less by what Debt pays for. Zero says that there can be no window.
func Window(last uint64, r WindowRule) uint64 {
	w := min(max(FirstWindow, affordable(r.Paid, r.Price)/8), LargestWindow)
	if r.Max != 0 {
		w = min(w, max(r.Max, SmallestWindow))
	}
	if last < w/2 {
		w = 2 * max(last, SmallestWindow/2)
	}
	left := affordable(r.Remaining, r.Price)
	if left < SmallestWindow {
		return 0
	}
	w = min(w, max(left/4, SmallestWindow))
	if r.Debt == 0 || r.Price.PerGiB == 0 {
		return w
	}
	owed := affordable(r.Debt, r.Price)
	if owed+SmallestWindow > w {
		return 0
	}
	return w - owed
}

// TimeAllowed returns how much session time may be unpaid: a minute, a quarter of what is left of the
// lock, and less by the debt where only time is charged. Zero says that there is no time left.
func TimeAllowed(r WindowRule) time.Duration {
	if r.Price.PerHour == 0 {
		return TimeWindow
	}
	left := affordableTime(r.Remaining, r.Price)
	if left < smallestTimeWindow {
		return 0
	}
	t := min(TimeWindow, max(left/4, smallestTimeWindow))
	if r.Debt == 0 || r.Price.PerGiB != 0 {
		return t
	}
	owed := affordableTime(r.Debt, r.Price)
	if owed+smallestTimeWindow > t {
		return 0
	}
	return t - owed
}

// affordable returns how many bytes an amount pays for.
func affordable(a money.Amount, p money.Price) uint64 {
	if p.PerGiB == 0 {
		return math.MaxInt64
	}
	n, err := a.MulDiv(bytesPerGiB, uint64(p.PerGiB))
	if err != nil || n > math.MaxInt64 {
		return math.MaxInt64
	}
	return uint64(n)
}

// affordableTime returns how much time an amount pays for.
func affordableTime(a money.Amount, p money.Price) time.Duration {
	if p.PerHour == 0 {
		return math.MaxInt64
	}
	ns, err := a.MulDiv(uint64(time.Hour), uint64(p.PerHour))
	if err != nil || ns > math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}
