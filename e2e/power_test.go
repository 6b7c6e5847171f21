//go:build e2e

package e2e

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// trace is what a process asked of the kernel that bears on what survives a power cut, in its order.
type trace struct{ file string }

func newTrace(t *testing.T) *trace { return &trace{filepath.Join(t.TempDir(), "trace")} }

// strace is the command that traces. By -D the traced process is the one that is started, and not strace's child.
func (tr *trace) strace() []string {
	return []string{
		"strace", "-D", "-f", "--seccomp-bpf", "-yy", "-xx", "-s", "5000", "-e", "trace=read,write,pwrite64,fsync,fdatasync", "-o", tr.file, "--",
	}
}

// call is a system call's beginning, with its arguments, or its end.
type call struct {
	thread, text string
}

var escaped = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// read returns the calls of a process that has ended.
func (tr *trace) read(t *testing.T, p *testbed.Daemon) (calls []call) {
	t.Helper()
	var text []byte
	p.Await(t, "the trace is complete", func() bool {
		var err error
		text, err = os.ReadFile(tr.file)
		return err == nil && bytes.Contains(text, fmt.Appendf(nil, "\n%-5d +++ exited with ", p.PID))
	})
	for line := range strings.Lines(string(text)) {
		thread, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = escaped.ReplaceAllStringFunc(strings.TrimSpace(rest), func(e string) string {
			b, err := hex.DecodeString(e[2:])
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		})
		calls = append(calls, call{thread, rest})
	}
	return calls
}

// synced says whether the write-ahead log of the database was synced between two calls: begun after the one and
// done before the other.
func synced(calls []call, after, before int) bool {
	begun := map[string]bool{} // by thread
	for _, c := range calls[after+1 : before] {
		sync := strings.HasPrefix(c.text, "fsync(") || strings.HasPrefix(c.text, "fdatasync(")
		if sync && strings.Contains(c.text, "node.db-wal>") {
			begun[c.thread] = true
		}
		resumed := strings.HasPrefix(c.text, "<... fsync resumed>") || strings.HasPrefix(c.text, "<... fdatasync resumed>")
		if (sync || resumed) && begun[c.thread] && strings.HasSuffix(c.text, "= 0") {
			return true
		}
	}
	return false
}

// next returns the first call from a place on that holds all of some texts, or len(calls).
func next(calls []call, from int, texts ...string) int {
	for i := from; i < len(calls); i++ {
		holds := true
		for _, text := range texts {
			holds = holds && strings.Contains(calls[i].text, text)
		}
		if holds {
			return i
		}
	}
	return len(calls)
}

// What counts is on the disk first: the system calls of a provider and of a hub, in their order, say so. Between a
// promise that has arrived and the bill that acknowledges it, the provider syncs the log of its database; between a
// transaction's signed form that is written to the log and the request that puts it on the wire, so does the hub.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	hub, seller := newTrace(t), newTrace(t)
	m.seller.Stop(t)
	m.Hub.Stop(t)
	m.Hub.Under, m.seller.Under = hub.strace(), seller.strace()
	m.UpHub(t)
	m.seller.Up(t)
	m.seller.well(t)
	m.seller.announced(t)
	s := m.connect(t, 0, "wireguard")
	if got := m.download(m.consumers[0], s, 32*mib, testbed.Patience); got != 32*mib {
		t.Errorf("%d bytes came", got)
	}
	m.buyers[0].Run(t, nil, "disconnect")
	sold := m.seller.ended(t, s.ID)
	m.seller.cleared(t)
	m.seller.Stop(t)
	m.Hub.Stop(t)
	promisesAreSynced(t, seller.read(t, m.seller.Daemon), m.HubHost.Addr.String()+":4222", sold)
	transactionsAreSynced(t, hub.read(t, m.Hub.Daemon), m.ChainHost.Addr.String()+":8545")
}

var sequences = regexp.MustCompile(`msg="promise to be stored" .*sequence=(\d+)`)

// promisesAreSynced goes by what the provider logs when a promise has been read and before a bill is written.
func promisesAreSynced(t *testing.T, calls []call, broker string, sold wire.Session) {
	t.Helper()
	promises := uint64(0)
	for arrived, c := range calls {
		match := sequences.FindStringSubmatch(c.text)
		if match == nil || !strings.HasPrefix(c.text, "write(2<") {
			continue
		}
		promises++
		sequence, err := strconv.Atoi(match[1])
		if err != nil {
			t.Fatal(err)
		}
		if first := next(calls, 0, "read(", "->"+broker+"]"); first > arrived {
			t.Errorf("promise %d was not read from %s", sequence, broker)
		}
		bill := acknowledged(calls, arrived, sequence)
		if next(calls, bill, "write(", "->"+broker+"]") == len(calls) {
			t.Errorf("no bill for promise %d was written to %s", sequence, broker)
		} else if !synced(calls, arrived, bill) {
			t.Errorf("promise %d was acknowledged and not synced", sequence)
		}
	}
	if promises != sold.Promises || promises < 4 {
		t.Errorf("%d promises are in the trace, %d in the provider's book", promises, sold.Promises)
	}
}

var acknowledgements = regexp.MustCompile(`msg=bill .*acknowledges=(\d+)`)

// acknowledged finds the first bill that acknowledges a payment.
func acknowledged(calls []call, from, sequence int) int {
	for i := from; i < len(calls); i++ {
		if match := acknowledgements.FindStringSubmatch(calls[i].text); match != nil {
			if ack, err := strconv.Atoi(match[1]); err == nil && ack >= sequence {
				return i
			}
		}
	}
	return len(calls)
}

var sent = regexp.MustCompile(`"eth_sendRawTransaction","params":\["0x([0-9a-f]+)"`)

// transactionsAreSynced finds each transaction, byte for byte, in what was written to the database's log before.
func transactionsAreSynced(t *testing.T, calls []call, endpoint string) {
	t.Helper()
	transactions := 0
	for wired, c := range calls {
		match := sent.FindStringSubmatch(c.text)
		if match == nil || !strings.Contains(c.text, "->"+endpoint+"]") {
			continue
		}
		transactions++
		raw, err := hex.DecodeString(match[1])
		if err != nil {
			t.Fatal(err)
		}
		if stored := next(calls, 0, "pwrite64(", "node.db-wal>", string(raw)); stored > wired {
			t.Errorf("transaction %d was sent and not stored", transactions)
		} else if !synced(calls, stored, wired) {
			t.Errorf("transaction %d was sent and not synced", transactions)
		}
	}
	if transactions < 2 { // the session's lock and its clearing
		t.Errorf("%d transactions were sent", transactions)
	}
}
