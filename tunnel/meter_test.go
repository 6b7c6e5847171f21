package tunnel

import (
	"math"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestMeterModel drives a meter with random steps, beside a model of plain integers.
func TestMeterModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := NewMeter()
		var sent, received, limit uint64
		alarm := uint64(math.MaxUint64)
		rang := false
		settle := func() {
			if alarm != math.MaxUint64 && sent+received >= alarm {
				alarm, rang = math.MaxUint64, true
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"limit": func(t *rapid.T) {
				limit = rapid.OneOf(rapid.Uint64Range(0, 5000), rapid.Just(uint64(math.MaxUint64))).Draw(t, "limit")
				m.SetLimit(limit)
			},
			"alarm": func(t *rapid.T) {
				alarm = rapid.Uint64Range(0, 5000).Draw(t, "alarm")
				m.SetAlarm(alarm)
				settle()
			},
			"packet": func(t *rapid.T) {
				n := rapid.IntRange(1, 1500).Draw(t, "bytes")
				fits := limit >= sent+received && uint64(n) <= limit-sent-received
				try, counter := m.TrySend, &sent
				if rapid.Bool().Draw(t, "inbound") {
					try, counter = m.TryReceive, &received
				}
				if try(n) != fits {
					t.Fatalf("%d bytes at %d of %d: want %v", n, sent+received, limit, fits)
				}
				if fits {
					*counter += uint64(n)
				}
				settle()
			},
			"": func(t *rapid.T) {
				if got := m.Counters(); got != (Counters{Sent: sent, Received: received}) {
					t.Fatalf("counted %+v, want %d and %d", got, sent, received)
				}
				select {
				case <-m.Crossed():
					if !rang {
						t.Fatal("alarm without a cause")
					}
				default:
					if rang {
						t.Fatal("no alarm")
					}
				}
				rang = false
			},
		})
	})
}

// TestMeterHoldsUntilRaised has many senders wait while the limit is raised in small steps.
func TestMeterHoldsUntilRaised(t *testing.T) {
	const senders, packets, size = 8, 200, 100
	const all = senders * packets * size
	m := NewMeter()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i := range senders {
		count := m.Send
		if i%2 == 1 {
			count = m.Receive
		}
		wg.Go(func() {
			for range packets {
				if !count(size, stop) {
					t.Error("gave up without a stop")
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for limit := uint64(0); limit <= all; limit += 350 {
		m.SetLimit(limit)
		if total := m.Counters().Total(); total > limit {
			t.Fatalf("%d bytes passed with limit %d", total, limit)
		}
	}
	m.SetLimit(all)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatalf("stuck at %+v", m.Counters())
	}
	if got := m.Counters(); got != (Counters{Sent: all / 2, Received: all / 2}) {
		t.Errorf("counted %+v", got)
	}
}

func TestMeterStops(t *testing.T) {
	m := NewMeter()
	stop := make(chan struct{})
	result := make(chan bool, 1)
	go func() { result <- m.Send(1, stop) }()
	close(stop)
	if <-result {
		t.Error("sent above the limit")
	}
	if total := m.Counters().Total(); total != 0 {
		t.Errorf("counted %d bytes that did not pass", total)
	}
}

func BenchmarkMeter(b *testing.B) {
	m := NewMeter()
	m.SetLimit(math.MaxUint64)
	for b.Loop() {
		m.TrySend(1420)
	}
}
