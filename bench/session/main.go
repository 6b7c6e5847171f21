//go:build linux

// Command session measures what a paid OpenVPN session costs beside the same openvpn configured by hand: the speed of
// one download, the processor time for a GiB at both ends, and the time from nothing to the first byte.
//
// It runs the real programs on hosts of their own, in network namespaces, so it needs root, Linux and openvpn. By hand means
// Debian's openvpn with the options of myst's own template, a masquerading server and a client with a route. Myst's session
// is measured twice: by sockets that are bound to its TUN device, which is the same path of packets, and by its SOCKS5
// port, which adds a relay in user space. Ratios are the medians of those of each round; the rounds' orders alternate, so that what
// else the machine does falls on both.
//
//	go run ./bench/session [-runs 7] [-mib 256] [-json]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/internal/testbed"
)

const mebibyte = 1 << 20

func main() {
	runs := flag.Int("runs", 7, "how often to measure; odd")
	size := flag.Int64("mib", 256, "size of a download in MiB")
	asJSON := flag.Bool("json", false, "print an object")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *runs, *size*mebibyte, *asJSON)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "session:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, size int64, asJSON bool) error {
	if runs < 1 || runs%2 == 0 || size < mebibyte {
		return errors.New("-runs must be odd, -mib at least 1")
	}
	r := &result{Machine: machine(), Runs: runs, Bytes: size}
	err := errors.Join(testbed.Run(ctx, func(t testing.TB) {
		s := newTrade(t)
		r.FirstConnect = s.throughput(t, r)
		s.openings(t, r)
	}), testbed.RemovePrograms())
	if err != nil {
		return err
	}
	r.sum()
	if asJSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	r.print(os.Stdout)
	return nil
}

// trade is a provider and a consumer, and the same by hand.
type trade struct {
	world         *testbed.World
	seller, buyer *testbed.Party
	hand          *byHand
}

func newTrade(t testing.TB) *trade {
	t.Helper()
	s := &trade{world: testbed.NewWorld(t, time.Second)}
	provider := s.world.Join(t, 20)
	s.seller = testbed.NewParty(t, provider, "node", "--network", s.world.File, "--provide", "openvpn", "--country", "DE",
		"--price-per-gib", "0.05", "--setup-charge", "0.001", "--listen", provider.Addr.String()+":1194")
	s.buyer = testbed.NewParty(t, s.world.Join(t, 31), "node", "--network", s.world.File)
	for _, p := range []*testbed.Party{s.seller, s.buyer} {
		s.world.Fund(t, p)
	}
	s.world.Announced(t, s.seller)
	s.hand = newByHand(t, s.world)
	return s
}

// throughput downloads by each way in turn, over one session, whose opening it returns.
func (s *trade) throughput(t testing.TB, r *result) opening {
	t.Helper()
	first, proxy := s.open(t)
	s.hand.connect(t)
	nodes := []int{s.seller.Cmd.Process.Pid, s.buyer.Cmd.Process.Pid}
	both := slices.Concat(testbed.Children(t, nodes[0], "openvpn"), testbed.Children(t, nodes[1], "openvpn"))
	ways := []way{
		{"by hand", testbed.Client(s.hand.inside, ""), []int{s.hand.server.Cmd.Process.Pid, s.hand.client.Cmd.Process.Pid}, nil},
		{"session, bound", bound(s.buyer.On, device(t, s.buyer.On)), both, nodes},
		{"session, SOCKS5", testbed.Client(s.buyer.On, proxy), both, nodes},
	}
	if len(both) != 2 {
		t.Fatalf("a session has %d openvpn processes", len(both))
	}
	into := []*[]sample{&r.ByHand, &r.Bound, &r.SOCKS5}
	for _, w := range ways { // the session's windows grow meanwhile
		r.First = append(r.First, w.download(t, s.world.Page, r.Bytes))
	}
	for round := range r.Runs {
		for i := range ways {
			if round%2 == 1 {
				i = len(ways) - 1 - i
			}
			*into[i] = append(*into[i], ways[i].download(t, s.world.Page, r.Bytes))
		}
	}
	s.hand.client.Stop(t)
	s.disconnect(t)
	return first
}

// openings opens by hand and by a session in turn.
func (s *trade) openings(t testing.TB, r *result) {
	t.Helper()
	for round := range r.Runs {
		for i := range 2 {
			if (round+i)%2 == 0 {
				r.ByHandOpen = append(r.ByHandOpen, s.hand.open(t, s.world.Page))
				continue
			}
			o, _ := s.open(t)
			r.SessionOpen = append(r.SessionOpen, o)
			s.disconnect(t)
		}
	}
}
