//go:build e2e

package e2e

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// clock is the wall clock of one process, which its test can set like a machine's. The programs are static and
// ask the kernel's vDSO for the time; the process's own copy of that is replaced, before its first instruction, by
// one that adds a number of seconds. The monotonic clock stays as it is, as it does when a machine's clock is set.
type clock struct {
	pid   int
	ahead int64 // address of the number of seconds, in the process
}

// clockCode is clock_gettime for x86-64: the system call, and then, for CLOCK_REALTIME, what stands at clockAhead
// from its beginning is added to the seconds.
var clockCode = []byte{
	0xb8, 228, 0, 0, 0, // mov eax, SYS_clock_gettime
	0x0f, 0x05, // syscall
	0x85, 0xff, // test edi, edi
	0x75, 10, // jne to ret
	0x48, 0x8b, 0x0d, clockAhead - 18, 0, 0, 0, // mov rcx, [rip + …]
	0x48, 0x01, 0x0e, // add [rsi], rcx
	0xc3, // ret
}

const clockAhead = 32

// newClock gives a daemon's process a clock of its own, whenever it is started.
func newClock(d *testbed.Daemon) *clock {
	c := new(clock)
	d.Loaded = c.take
	return c
}

// take replaces the clock of a process that has not begun to run.
func (c *clock) take(pid int) error {
	if runtime.GOARCH != "amd64" {
		return fmt.Errorf("no clock is written for %s", runtime.GOARCH)
	}
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return err
	}
	var base, end int64
	for line := range strings.Lines(string(maps)) {
		if strings.HasSuffix(line, "[vdso]\n") {
			if _, err := fmt.Sscanf(line, "%x-%x", &base, &end); err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
		}
	}
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer memory.Close() //nolint:errcheck // what was written is there
	image := make([]byte, end-base)
	if _, err := memory.ReadAt(image, base); err != nil {
		return fmt.Errorf("read the vDSO: %w", err)
	}
	file, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return fmt.Errorf("read the vDSO: %w", err)
	}
	symbols, err := file.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("read the vDSO: %w", err)
	}
	for _, s := range symbols {
		if s.Name == "__vdso_clock_gettime" && s.Size >= clockAhead+8 {
			code := make([]byte, clockAhead+8)
			copy(code, clockCode)
			c.pid, c.ahead = pid, base+int64(s.Value)+clockAhead //nolint:gosec // within the image
			_, err := memory.WriteAt(code, c.ahead-clockAhead)
			return err
		}
	}
	return fmt.Errorf("the vDSO has no clock_gettime that could be replaced: %v", symbols)
}

// set makes the clock differ from the machine's.
func (c *clock) set(t *testing.T, ahead time.Duration) {
	t.Helper()
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", c.pid), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()                                                        //nolint:errcheck // what was written is there
	seconds := binary.LittleEndian.AppendUint64(nil, uint64(ahead/time.Second)) //nolint:gosec // two's complement
	if _, err := memory.WriteAt(seconds, c.ahead); err != nil {
		t.Fatal(err)
	}
}

// jump sets the clock of one end of a session wrong, by an hour in its middle, where time is paid too. Neither end's
// bill jumps with it. The session goes on, or ends for a stated reason: messages are refused when their time
// is more than two minutes off. When the clock is right again both trade as before, without a restart.
func (m *world) jump(t *testing.T, c *clock, ahead time.Duration, provider, consumer *party) {
	t.Helper()
	started := time.Now()
	s := consumer.buy(t, provider)
	if got := m.download(consumer.On, s, 8*mib, testbed.Patience); got != 8*mib {
		t.Fatalf("%d bytes came", got)
	}
	c.set(t, ahead)
	m.download(consumer.On, s, 128*mib, 20*time.Second) // it may stand still
	bought, sold := consumer.ended(t, s.ID), provider.ended(t, s.ID)
	stated := []string{"unpaid", "payment channel lost", "tunnel failed", "chain lost"}
	for _, end := range []wire.Session{bought, sold} {
		if !slices.Contains(stated, end.Reason) {
			t.Errorf("it ended at the %s for %q", end.Role, end.Reason)
		}
		most := costs(t, end, end.Sent+end.Received+tolerance, time.Since(started))
		if end.Due.Units > most || end.Promised.Units > most {
			t.Errorf("the %s's bill jumped: due %d, promised %d of at most %d", end.Role, end.Due.Units, end.Promised.Units, most)
		}
	}
	c.set(t, 0)
	for _, p := range []*party{provider, consumer} {
		p.well(t)
	}
	provider.announced(t)
	m.tradesAgain(t, provider, consumer)
}

func providerIsFast(t *testing.T, m *world) {
	on := m.Join(t, 26)
	provider := newParty(t, on, append(m.selling(on, "wireguard"), "--price-per-hour", "3.6")...)
	c := newClock(provider.Daemon)
	m.join(t, provider)
	provider.announced(t)
	m.jump(t, c, time.Hour, provider, m.buyers[0])
}

func consumerIsSlow(t *testing.T, m *world) {
	on, at := m.Join(t, 27), m.Join(t, 37)
	provider := newParty(t, on, append(m.selling(on, "openvpn"), "--price-per-hour", "3.6")...)
	m.join(t, provider)
	provider.announced(t)
	consumer := newParty(t, at, m.buying()...)
	c := newClock(consumer.Daemon)
	m.join(t, consumer)
	m.jump(t, c, -time.Hour, provider, consumer)
}
