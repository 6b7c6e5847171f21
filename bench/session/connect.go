//go:build linux

package main

import (
	"bufio"
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// step is how long a part of "myst connect" took.
type step struct {
	Name  string  `json:"name"`
	Milli float64 `json:"milliseconds"`
}

// opening is one way from nothing to the first byte.
type opening struct {
	Milli float64 `json:"milliseconds"`
	Steps []step  `json:"steps,omitempty"`
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// open times openvpn by hand from its start to the first byte through it, and ends it.
func (b *byHand) open(t testing.TB, site *testbed.Site) opening {
	t.Helper()
	started := time.Now()
	b.connect(t)
	w := way{name: "by hand", client: testbed.Client(b.inside, "")}
	up := time.Now()
	w.fetch(t, site, 1)
	o := opening{Milli: milliseconds(time.Since(started)), Steps: []step{
		{"openvpn", milliseconds(up.Sub(started))}, {"first byte", milliseconds(time.Since(up))},
	}}
	b.client.Stop(t)
	return o
}

// open times "myst connect" from its start to the first byte through the session. The steps are those that it
// tells, each until the next.
func (s *trade) open(t testing.TB) (o opening, proxy string) {
	t.Helper()
	started := time.Now()
	steps, at := []step{{Name: "start"}}, []time.Time{started}
	proxy = s.connect(t, func(line string) {
		// Beside progress, which begins with its time, there is what a new lock costs.
		if fields := strings.Fields(line); len(fields) > 1 && elapsed.MatchString(fields[0]) && fields[1] != steps[len(steps)-1].Name {
			steps, at = append(steps, step{Name: fields[1]}), append(at, time.Now())
		}
	})
	steps, at = append(steps, step{Name: "first byte"}), append(at, time.Now())
	w := way{name: "session", client: testbed.Client(s.buyer.On, proxy)}
	w.fetch(t, s.world.Page, 1)
	at = append(at, time.Now())
	for i := range steps {
		steps[i].Milli = milliseconds(at[i+1].Sub(at[i]))
	}
	return opening{Milli: milliseconds(at[len(at)-1].Sub(started)), Steps: steps}, proxy
}

var (
	elapsed   = regexp.MustCompile(`^[0-9.]+s$`)
	proxyLine = regexp.MustCompile(`(?m)^Proxy +socks5h://(\S+)$`)
)

// connect runs "myst connect", gives each line that it tells meanwhile to told when it comes, and returns where its proxy is.
func (s *trade) connect(t testing.TB, told func(line string)) (proxy string) {
	t.Helper()
	cmd := s.buyer.Command(t, "connect", "--service", "openvpn", "--yes")
	var result bytes.Buffer
	cmd.Stdout = &result
	progress, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(progress); lines.Scan(); {
		told(lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("myst connect: %v", err)
	}
	found := proxyLine.FindSubmatch(result.Bytes())
	if found == nil {
		t.Fatalf("myst connect names no proxy: %s", result.Bytes())
	}
	return string(found[1])
}

// disconnect ends the session and waits until the provider has closed its books.
func (s *trade) disconnect(t testing.TB) {
	t.Helper()
	s.buyer.Run(t, nil, "disconnect")
	for _, p := range []*testbed.Party{s.buyer, s.seller} {
		p.Await(t, "the session has ended", func() bool {
			var open wire.Sessions
			return p.Try(t, &open, "sessions", "--open") == nil && len(open.Sessions) == 0
		})
	}
}
