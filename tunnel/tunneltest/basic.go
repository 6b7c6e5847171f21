package tunneltest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel"
)

func testHandshake(t *testing.T, d Driver) {
	s := d.server(t, ServerConfig{})
	if s.ServiceType() == "" {
		t.Error("no service type")
	}
	p := d.connect(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 3 {
		if err := p.consumer.Probe(ctx); err != nil {
			t.Fatalf("probe: %v", err)
		}
	}
	p.checkCounters(t, allArrived)
	for name, tun := range map[string]tunnel.Tunnel{"consumer": p.consumer, "provider": p.provider} {
		select {
		case <-tun.Done():
			t.Errorf("%s's end is done: %v", name, tun.Err())
		default:
		}
		if err := tun.Err(); err != nil {
			t.Errorf("%s's end: %v", name, err)
		}
	}
}

func testWrongCredential(t *testing.T, d Driver) {
	h := d.open(t, d.server(t, ServerConfig{}))
	h.provider.SetLimit(unlimited)
	h.session.Credential[0] ^= 1
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	if consumer, err := h.client.Connect(ctx, h.session); err == nil {
		_ = consumer.Close()
		t.Fatal("connected with another credential")
	}
	if c := h.provider.Counters(); c.Total() != 0 {
		t.Errorf("the provider counted %+v", c)
	}
}

func testMalformedData(t *testing.T, d Driver) {
	s := d.server(t, ServerConfig{})
	h := d.open(t, s)
	bad := func(valid []byte) [][]byte {
		list := [][]byte{nil, {}, {0}, []byte("PostUp = reboot\n"), bytes.Repeat([]byte{0xff}, 64),
			make([]byte, tunnel.MaxData+1), append(bytes.Clone(valid), make([]byte, tunnel.MaxData)...)}
		for n := range valid {
			list = append(list, valid[:n])
		}
		return list
	}
	for _, data := range bad(h.client.Request()) {
		if _, err := s.Offer(data); !errors.Is(err, tunnel.ErrData) {
			t.Fatalf("offer to request %x: %v, want ErrData", data, err)
		}
		if _, _, err := s.Open(t.Context(), tunnel.ServerSession{Request: data}); !errors.Is(err, tunnel.ErrData) {
			t.Fatalf("open with request %x: %v, want ErrData", data, err)
		}
	}
	connect := func(session tunnel.ClientSession) {
		t.Helper()
		consumer, err := h.client.Connect(t.Context(), session)
		if err == nil {
			_ = consumer.Close()
		}
		if !errors.Is(err, tunnel.ErrData) {
			t.Fatalf("connect with offer %x, start %x: %v, want ErrData", session.Offer, session.Start, err)
		}
	}
	for _, data := range bad(h.session.Offer) {
		session := h.session
		session.Offer = data
		connect(session)
	}
	for _, data := range bad(h.session.Start) {
		session := h.session
		session.Start = data
		connect(session)
	}
}

func testCapacity(t *testing.T, d Driver) {
	s := d.server(t, ServerConfig{MaxSessions: 2})
	first, _ := d.connect(t, s), d.connect(t, s)
	request := d.NewClient(t).Request()
	if _, err := s.Offer(request); !errors.Is(err, tunnel.ErrCapacity) {
		t.Errorf("offer beyond capacity: %v, want ErrCapacity", err)
	}
	if _, _, err := s.Open(t.Context(), tunnel.ServerSession{Request: request}); !errors.Is(err, tunnel.ErrCapacity) {
		t.Errorf("open beyond capacity: %v, want ErrCapacity", err)
	}
	closeTunnel(t, first.provider)
	d.connect(t, s)
}

func testFirstUse(t *testing.T, d Driver) {
	s := d.server(t, ServerConfig{FirstUse: 500 * time.Millisecond, MaxSessions: 2})
	used := connectInTime(t, d, s)
	h := d.open(t, s)
	h.provider.SetLimit(unlimited)
	select {
	case <-h.provider.Done():
	case <-time.After(patience):
		t.Fatal("an unused tunnel stays open")
	}
	if err := h.provider.Err(); err == nil || errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("unused tunnel ended with %v, want its own reason", err)
	}
	// Its place is free, and the tunnel that was used goes on.
	d.open(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := used.consumer.Probe(ctx); err != nil {
		t.Errorf("used tunnel: %v", err)
	}
}

// connectInTime connects although unused tunnels end soon: on a busy machine it may take a few
// attempts.
func connectInTime(t *testing.T, d Driver, s tunnel.Server) pair {
	t.Helper()
	for range 20 {
		h := d.open(t, s)
		h.provider.SetLimit(unlimited)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		go func() { // ends with ctx
			select {
			case <-h.provider.Done():
				cancel()
			case <-ctx.Done():
			}
		}()
		consumer, err := h.client.Connect(ctx, h.session)
		cancel()
		if err == nil {
			t.Cleanup(func() { closeTunnel(t, consumer) })
			return pair{consumer: consumer, provider: h.provider}
		}
	}
	t.Fatal("every tunnel ended before its first use")
	return pair{}
}
