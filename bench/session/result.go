//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// result is what "-json" prints. Ratios are of the session to openvpn by hand.
type result struct {
	Machine string `json:"machine"`
	Runs    int    `json:"runs"`
	Bytes   int64  `json:"bytes"` // of each download

	First  []sample `json:"first"` // one of each of the following, not counted
	ByHand []sample `json:"by_hand"`
	Bound  []sample `json:"session_bound"`
	SOCKS5 []sample `json:"session_socks5"`

	ByHandOpen   []opening `json:"by_hand_open"`
	SessionOpen  []opening `json:"session_open"`  // with a confirmed lock
	FirstConnect opening   `json:"first_connect"` // with a new lock

	Medians struct {
		BoundSpeed  float64 `json:"bound_throughput_ratio"`
		BoundCPU    float64 `json:"bound_cpu_ratio"`
		SOCKS5Speed float64 `json:"socks5_throughput_ratio"`
		SOCKS5CPU   float64 `json:"socks5_cpu_ratio"`
		More        float64 `json:"first_byte_more_milliseconds"`
	} `json:"medians"`
}

// The aims.
const (
	leastSpeed = 0.95
	mostCPU    = 1.05
	mostMore   = 150 // ms
)

func machine() string {
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease") // only shown
	return fmt.Sprintf("%s/%s %s, %d cores, %s, %s", runtime.GOOS, runtime.GOARCH, strings.TrimSpace(string(kernel)),
		runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
}

func speed(s sample) float64 { return s.Megabits }
func cpu(s sample) float64   { return s.CPU }
func nodes(s sample) float64 { return s.Nodes }
func wait(o opening) float64 { return o.Milli }

// values are one figure of each element.
func values[T any](all []T, figure func(T) float64) []float64 {
	out := make([]float64, len(all))
	for i, one := range all {
		out[i] = figure(one)
	}
	return out
}

// of is the median of what join makes of each round's two figures.
func of[T any](a, b []T, figure func(T) float64, join func(a, b float64) float64) float64 {
	rounds := make([]float64, len(a))
	for i := range a {
		rounds[i] = join(figure(a[i]), figure(b[i]))
	}
	return median(rounds)
}

func ratio(a, b float64) float64      { return a / b }
func difference(a, b float64) float64 { return a - b }

// sum fills in the medians.
func (r *result) sum() {
	m := &r.Medians
	m.BoundSpeed, m.BoundCPU = of(r.Bound, r.ByHand, speed, ratio), of(r.Bound, r.ByHand, cpu, ratio)
	m.SOCKS5Speed, m.SOCKS5CPU = of(r.SOCKS5, r.ByHand, speed, ratio), of(r.SOCKS5, r.ByHand, cpu, ratio)
	m.More = of(r.SessionOpen, r.ByHandOpen, wait, difference)
}

func (r *result) print(w io.Writer) {
	fmt.Fprintf(w, "%s; medians of %d downloads of %d MiB\n\n", r.Machine, r.Runs, r.Bytes/mebibyte)
	fmt.Fprintf(w, "%-36s %10s %10s %8s  %s\n", "", "by hand", "session", "ratio", "aim")
	row := func(what string, hand, session, ratio float64, aim string) {
		fmt.Fprintf(w, "%-36s %10.1f %10.1f %8.3f  %s\n", what, hand, session, ratio, aim)
	}
	hand, m := r.ByHand, r.Medians
	atLeast, atMost := fmt.Sprintf(">= %.2f", leastSpeed), fmt.Sprintf("<= %.2f", mostCPU)
	row("throughput, bound socket, Mbit/s", median(values(hand, speed)), median(values(r.Bound, speed)), m.BoundSpeed, atLeast)
	row("throughput, SOCKS5, Mbit/s", median(values(hand, speed)), median(values(r.SOCKS5, speed)), m.SOCKS5Speed, "")
	row("processor, bound socket, s/GiB", median(values(hand, cpu)), median(values(r.Bound, cpu)), m.BoundCPU, atMost)
	row("processor, SOCKS5, s/GiB", median(values(hand, cpu)), median(values(r.SOCKS5, cpu)), m.SOCKS5CPU, "")
	fmt.Fprintf(w, "%-36s %10s %10s %8s\n", "of it the nodes, bound; SOCKS5", "",
		fmt.Sprintf("%.1f", median(values(r.Bound, nodes))), fmt.Sprintf("; %.1f", median(values(r.SOCKS5, nodes))))
	row("first download, bound, Mbit/s (once)", r.First[0].Megabits, r.First[1].Megabits, r.First[1].Megabits/r.First[0].Megabits, "")
	fmt.Fprintf(w, "%-36s %10.0f %10.0f %+8.0f  at most %d more\n\n", "to the first byte, ms",
		median(values(r.ByHandOpen, wait)), median(values(r.SessionOpen, wait)), m.More, mostMore)
	r.steps(w, "by hand", r.ByHandOpen)
	r.steps(w, "session, confirmed lock", r.SessionOpen)
	r.steps(w, "session, new lock (once)", []opening{r.FirstConnect})
}

// steps prints the medians of each step, in the order of the first opening.
func (r *result) steps(w io.Writer, what string, all []opening) {
	fmt.Fprintf(w, "%s:", what)
	for _, s := range all[0].Steps {
		took := values(all, func(o opening) (milli float64) {
			for _, one := range o.Steps {
				if one.Name == s.Name {
					milli += one.Milli
				}
			}
			return milli
		})
		fmt.Fprintf(w, " %s %.0f", s.Name, median(took))
	}
	fmt.Fprintln(w, " ms")
}
