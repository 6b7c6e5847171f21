// Package routed is what tunnel drivers share whose data path is the kernel's: on each end a TUN device
// that another program (openvpn) or wireguard-go carries, and that packets reach by routes.
//
// What a process carries, this one or openvpn, it does not judge. hostnet's gates, in the kernel, count every session and hold it to its byte limit;
// a [Provider] gives out addresses, opens a gate for each session, and answers names at the gateway; a
// [Consumer] opens connections that leave by its device, and by no other. What is above a limit is
// dropped and not held, which TCP repairs: between two payments a limit stands a whole window ahead.
//
//	consumer                                                   provider
//	socket bound to device → gate → TUN ⇄ driver … driver ⇄ TUN → exit policy → gate → masquerade → world
//	                                                               └ gateway: DNS, echo
//
// Needed are Linux and the rights of a network administrator; hostnet.Check tells what is missing.
package routed

import (
	"errors"
	"sync"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// ErrUnused ends a tunnel whose consumer sent nothing through it in time.
var ErrUnused = errors.New("consumer did not use the tunnel in time")

// end is one end of a session's tunnel: what both sides' share of tunnel.Tunnel.
type end struct {
	gate *hostnet.Gate
	// release undoes what the end holds, after it is said to be closing and before it is done.
	release func() error

	once    sync.Once
	closing chan struct{} // closed first
	done    chan struct{} // closed last
	err     error         // why it ended; set before done closes
	failed  error         // what release returned
}

func newEnd(gate *hostnet.Gate) *end {
	return &end{gate: gate, closing: make(chan struct{}), done: make(chan struct{})}
}

// Watch ends the tunnel when somebody takes the gate away: nothing would be counted any more.
func (e *end) Watch() {
	go func() { // ends with the tunnel
		select {
		case <-e.gate.Done():
			if err := e.gate.Err(); err != nil {
				e.Fail(err)
			}
		case <-e.done:
		}
	}()
}

// Counters implements tunnel.Tunnel.
func (e *end) Counters() tunnel.Counters {
	sent, received := e.gate.Counters()
	return tunnel.Counters{Sent: sent, Received: received}
}

// SetLimit implements tunnel.Tunnel.
func (e *end) SetLimit(total uint64) { e.gate.SetLimit(total) }

// SetAlarm implements tunnel.Tunnel.
func (e *end) SetAlarm(total uint64) { e.gate.SetAlarm(total) }

// Crossed implements tunnel.Tunnel.
func (e *end) Crossed() <-chan struct{} { return e.gate.Crossed() }

// Done implements tunnel.Tunnel.
func (e *end) Done() <-chan struct{} { return e.done }

// Err implements tunnel.Tunnel.
func (e *end) Err() error {
	select {
	case <-e.done:
		return e.err
	default:
		return nil
	}
}

// Fail ends the tunnel for reason, and returns when nothing of it is left.
func (e *end) Fail(reason error) {
	e.once.Do(func() {
		close(e.closing)
		e.failed = e.release()
		e.err = reason
		close(e.done)
	})
	<-e.done
}

// Close implements tunnel.Tunnel.
func (e *end) Close() error {
	e.Fail(tunnel.ErrClosed)
	return e.failed
}
