package main

import (
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/devnet"
	"github.com/mysteriumnetwork/myst/money"
)

// A consumer that is told to end in the middle of a download pays for what it got, says goodbye, and exits
// with code 0; nobody waits for anybody's deadline.
func TestStoppedInMidSession(t *testing.T) {
	t.Parallel()
	network, consumer := startNetwork(t), build(t)
	consumer.join(t, network, 5*money.UnitsPerCoin)
	buying := consumer.start(t, "--network", network.File)
	consumer.run(t, nil, "identity", "register")
	consumer.run(t, nil, "deposit", "5", "--yes")
	var s wire.Session
	consumer.run(t, &s, "connect", "--country", "DE", "--yes")
	const enough = 20 << 20 // more than the first windows
	busy, cut := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := devnet.FetchBlob(t.Context(), through(s), network.Web.URL(), func(n int64) {
			if n == enough {
				close(busy)
			}
		})
		cut <- err
	}()
	select {
	case <-busy:
	case err := <-cut:
		t.Fatalf("the download ended before the node was told to: %v", err)
	}
	told := time.Now()
	buying.stop(t) // wants exit code 0
	if took := time.Since(told); took > 10*time.Second {
		t.Errorf("the node took %v to end", took)
	}
	if err := <-cut; err == nil {
		t.Error("the download outlived the node")
	}
	sold := endedAt(t, network.Provider[0], s.ID)
	if sold.Reason != "shutting down" || sold.Ended.Sub(told) > 10*time.Second || sold.Sent < enough {
		t.Errorf("the provider's account: %+v", sold)
	}
	// The consumer's book, as it was on disk when the process ended.
	buying = consumer.start(t, "--network", network.File)
	defer buying.stop(t)
	var list wire.Sessions
	consumer.run(t, &list, "sessions")
	if len(list.Sessions) != 1 {
		t.Fatalf("sessions: %+v", list)
	}
	bought := list.Sessions[0]
	if bought.Open() || bought.Reason != "shutting down" || bought.Received < enough {
		t.Errorf("the consumer's account: %+v", bought)
	}
	if bought.Promised != bought.Due || sold.Promised != bought.Promised {
		t.Errorf("due %s, promised %s, taken %s", bought.Due.Coins, bought.Promised.Coins, sold.Promised.Coins)
	}
	await(t, func() bool {
		balance, err := network.Provider[0].API.Balance(t.Context())
		return err == nil && balance.Uncleared.Units == 0 && balance.Earnings == bought.Promised
	})
}

// endedAt waits until a participant lists a session as ended.
func endedAt(t *testing.T, p *devnet.Participant, id string) (ended wire.Session) {
	t.Helper()
	await(t, func() bool {
		list, err := p.API.Sessions(t.Context())
		for _, s := range list.Sessions {
			if err == nil && s.ID == id && !s.Open() {
				ended = s
				return true
			}
		}
		return false
	})
	return ended
}
