//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// way is how a download goes, and whose processor time it takes: openvpn's at both ends, and that of nodes.
type way struct {
	name           string
	client         *http.Client
	openvpn, nodes []int // process IDs
}

// sample is one download.
type sample struct {
	Megabits float64 `json:"megabits_per_second"`
	CPU      float64 `json:"cpu_seconds_per_gib"`
	Nodes    float64 `json:"of_it_nodes"`
}

// download fetches so many bytes.
func (w way) download(t testing.TB, site *testbed.Site, bytes int64) sample {
	t.Helper()
	openvpn, nodes, started := used(t, w.openvpn), used(t, w.nodes), time.Now()
	if got := w.fetch(t, site, bytes); got != bytes {
		t.Fatalf("%s: %d bytes came of %d", w.name, got, bytes)
	}
	took, gibibytes := time.Since(started), float64(bytes)/(1<<30)
	nodes = used(t, w.nodes) - nodes
	return sample{
		Megabits: float64(bytes) * 8 / 1e6 / took.Seconds(),
		CPU:      (used(t, w.openvpn) - openvpn + nodes).Seconds() / gibibytes,
		Nodes:    nodes.Seconds() / gibibytes,
	}
}

// fetch returns how many bytes of the page came.
func (w way) fetch(t testing.TB, site *testbed.Site, bytes int64) (got int64) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s/bytes/%d", site.Addr, bytes), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := w.client.Do(request)
	if err != nil {
		t.Fatalf("%s: %v", w.name, err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	for buffer := make([]byte, 1<<20); ; {
		n, err := response.Body.Read(buffer)
		got += int64(n)
		switch err {
		case nil:
		case io.EOF:
			return got
		default:
			t.Fatalf("%s: %v", w.name, err)
		}
	}
}

// used is the processor time of processes so far, in ticks of 10 ms; see proc_pid_stat(5).
func used(t testing.TB, pids []int) (sum time.Duration) {
	t.Helper()
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), ") ") // what follows the name begins with field 3
		fields := strings.Fields(rest)
		for _, field := range fields[14-3 : 16-3] { // utime and stime
			ticks, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += time.Duration(ticks) * (time.Second / 100)
		}
	}
	return sum
}

// bound is a client whose sockets leave by the device, as curl's --interface does.
func bound(h *testbed.Host, device string) *http.Client {
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
		failed := c.Control(func(fd uintptr) { err = unix.BindToDevice(int(fd), device) })
		if failed != nil {
			return failed
		}
		return err
	}}
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (conn net.Conn, err error) {
			h.Do(func() { conn, err = d.DialContext(ctx, network, address) })
			return conn, err
		},
	}}
}

// device is the name of a session's TUN device.
func device(t testing.TB, h *testbed.Host) (name string) {
	t.Helper()
	h.Do(func() {
		all, err := net.Interfaces()
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range all {
			if strings.HasPrefix(i.Name, "myst-") {
				name = i.Name
			}
		}
	})
	if name == "" {
		t.Fatal("the consumer has no TUN device")
	}
	return name
}

// median of an odd number of values.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
