package tunneltest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// maxPacket is above every driver's packet.
const maxPacket = 9100

// testLimitIsExact moves the limit on either end in steps, and sees that the total never passes it,
// and comes close to it: only a packet that would pass it waits.
func testLimitIsExact(t *testing.T, d Driver) {
	server := d.listenTCP(t, source)
	for _, end := range []string{"provider", "consumer"} {
		t.Run(end, func(t *testing.T) {
			const size = 2 << 20
			p := d.connect(t, d.server(t, allow(server)))
			conn := p.dial(t, "tcp", server.String())
			limited := p.provider
			if end == "consumer" {
				limited = p.consumer
			}
			limit := limited.Counters().Total() + 64<<10
			limited.SetLimit(limit)
			result := make(chan error, 1)
			go func() { result <- fetch(conn, size) }() // ends with its connection
			for step := range 12 {
				eventually(t, "the limit is used", func() bool {
					total := limited.Counters().Total()
					if total > limit {
						t.Fatalf("step %d: %d bytes passed with limit %d", step, total, limit)
					}
					return total+maxPacket > limit
				})
				limit += 4001 * uint64(step+1) //nolint:gosec // positive
				limited.SetLimit(limit)
			}
			select {
			case err := <-result:
				t.Fatalf("the transfer ended within %d bytes: %v", limit, err)
			default:
			}
			limited.SetLimit(unlimited)
			if err := <-result; err != nil {
				t.Fatalf("after the limit was raised: %v", err)
			}
			// What a consumer's end drops at its limit was sent, and counted, by the provider's.
			consumer, provider := p.consumer.Counters(), p.provider.Counters()
			if consumer.Received > p.provider.Counters().Sent || provider.Received > p.consumer.Counters().Sent {
				t.Errorf("more was received than sent: consumer %+v, provider %+v", consumer, provider)
			}
			if end == "provider" {
				p.checkCounters(t, anyArrived)
			}
		})
	}
}

func testLimitStartsAtZero(t *testing.T, d Driver) {
	h := d.open(t, d.server(t, ServerConfig{}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	connected := make(chan error, 1)
	go func() { // ends when the limit is raised, or ctx ends
		consumer, err := h.client.Connect(ctx, h.session)
		if err == nil {
			err = consumer.Close()
		}
		connected <- err
	}()
	select {
	case err := <-connected:
		t.Fatalf("connected without a limit at the provider: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if c := h.provider.Counters(); c.Total() != 0 {
		t.Fatalf("counted %+v with limit 0", c)
	}
	h.provider.SetLimit(unlimited)
	select {
	case err := <-connected:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("no connection after the limit was raised")
	}
}

func testLimitLowered(t *testing.T, d Driver) {
	p := d.connect(t, d.server(t, ServerConfig{}))
	p.provider.SetLimit(1)
	before := p.provider.Counters()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := p.consumer.Probe(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("probe below the total: %v, want DeadlineExceeded", err)
	}
	if after := p.provider.Counters(); after != before {
		t.Errorf("counted %+v, then %+v", before, after)
	}
	p.provider.SetLimit(unlimited)
	again, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := p.consumer.Probe(again); err != nil {
		t.Errorf("probe after raising the limit: %v", err)
	}
}

// testLimitHeld is payments that are late: flows stand still at the limit for longer than it takes their TCP
// to notice, and go on when it is raised. That one of them does not is a matter of chance, so there are many.
func testLimitHeld(t *testing.T, d Driver) {
	const flows, size, held, apart = 16, 3 << 20, 1500 * time.Millisecond, 30 * time.Millisecond
	server := d.listenTCP(t, source)
	provider := d.server(t, allow(server))
	results := make(chan error, flows)
	var pairs []pair
	for range flows { // all first, which may take a while: what stands still for long starts slowly
		pairs = append(pairs, d.connect(t, provider))
	}
	for i, p := range pairs {
		conn := p.dial(t, "tcp", server.String())
		// All of them together are a lot for a busy machine; what is stuck stays so for longer.
		if err := conn.SetDeadline(time.Now().Add(3 * patience)); err != nil {
			t.Fatal(err)
		}
		p.consumer.SetLimit(uint64(4+i%4) << 18)
		go func() { results <- fetch(conn, size) }() // ends with its connection
		<-time.After(apart)
	}
	select {
	case err := <-results:
		t.Fatalf("a transfer ended at the limit: %v", err)
	case <-time.After(held):
	}
	for _, p := range pairs {
		p.consumer.SetLimit(unlimited)
	}
	for range flows {
		if err := <-results; err != nil {
			t.Errorf("after the limit was raised: %v", err)
		}
	}
}

// testLimitRaisedOften is how payments use a tunnel: an alarm at half a window, and a limit that is
// always one window ahead. The transfer must not notice.
func testLimitRaisedOften(t *testing.T, d Driver) {
	const size, window = 8 << 20, 512 << 10
	server := d.listenTCP(t, source)
	p := d.connect(t, d.server(t, allow(server)))
	conn := p.dial(t, "tcp", server.String())
	result := make(chan error, 1)
	p.provider.SetLimit(p.provider.Counters().Total() + window)
	p.provider.SetAlarm(p.provider.Counters().Total() + window/2)
	go func() { result <- fetch(conn, size) }() // ends with its connection
	raised := 0
	for {
		select {
		case err := <-result:
			if err != nil {
				t.Fatal(err)
			}
			if raised < size/window {
				t.Errorf("the limit was raised %d times for %d windows", raised, size/window)
			}
			p.checkCounters(t, anyArrived)
			return
		case <-p.provider.Crossed():
			total := p.provider.Counters().Total()
			p.provider.SetLimit(total + window)
			p.provider.SetAlarm(total + window/2)
			raised++
		case <-time.After(patience):
			t.Fatalf("stalled after %d raises, %+v", raised, p.provider.Counters())
		}
	}
}

// testDeadlinesHoldAtLimit sees that nothing hangs because a tunnel waits for a payment.
func testDeadlinesHoldAtLimit(t *testing.T, d Driver) {
	server := d.listenTCP(t, echo)
	p := d.connect(t, d.server(t, allow(server)))
	conn := p.dial(t, "tcp", server.String())
	p.consumer.SetLimit(0)
	flooded := make(chan error, 1)
	go func() { // ends with its connection
		_, err := io.Copy(conn, stream(1))
		flooded <- err
	}()
	for name, call := range map[string]func(context.Context) error{
		"probe": p.consumer.Probe,
		"dial": func(ctx context.Context) error {
			_, err := p.consumer.DialContext(ctx, "tcp", server.String())
			return err
		},
		"name": func(ctx context.Context) error {
			_, err := p.consumer.DialContext(ctx, "tcp", "web.example:80")
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		started := time.Now()
		err := call(ctx)
		cancel()
		if err == nil {
			t.Errorf("%s passed a tunnel with limit 0", name)
		}
		if late := time.Since(started); late > patience/4 {
			t.Errorf("%s returned after %v", name, late)
		}
	}
	if err := conn.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-flooded; err == nil {
		t.Error("endless stream ended")
	}
}

func testAlarm(t *testing.T, d Driver) {
	server := d.listenTCP(t, source)
	p := d.connect(t, d.server(t, allow(server)))
	for name, tun := range map[string]tunnel.Tunnel{"consumer": p.consumer, "provider": p.provider} {
		receive := func(what string, want bool) {
			t.Helper()
			wait := patience
			if !want {
				wait = 20 * time.Millisecond
			}
			select {
			case <-tun.Crossed():
				if !want {
					t.Errorf("%s: alarm %s", name, what)
				}
			case <-time.After(wait):
				if want {
					t.Errorf("%s: no alarm %s", name, what)
				}
			}
		}
		receive("without a level", false)
		level := tun.Counters().Total() + 100_000
		tun.SetAlarm(level)
		receive("below its level", false)
		if err := fetch(p.dial(t, "tcp", server.String()), 200_000); err != nil {
			t.Fatal(err)
		}
		receive("above its level", true)
		receive("for the second time", false)
		tun.SetAlarm(level)
		receive("at a level that was passed before", true)
	}
}
