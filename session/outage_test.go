package session

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/messaging"
)

// The broker is down: a minute after the last heartbeat that could have come, both ends end for the same reason, however
// long ago the last message was by then.
func TestPaymentChannelIsAwayForTooLong(t *testing.T) {
	for _, quiet := range []time.Duration{0, 5 * time.Second, 14 * time.Second} {
		t.Run(quiet.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				consumer, provider := pair(t, newExchange(time.Millisecond), Config{})
				up(t, consumer, provider)
				synctest.Wait()
				time.Sleep(15*time.Second + 10*time.Millisecond + quiet) // heartbeats, and so long after
				for _, s := range []*Session{consumer, provider} {
					s.dialogue.(*fakeDialogue).out.mangling(func(messaging.Message) []messaging.Message { return nil })
				}
				began := time.Now()
				for _, s := range []*Session{consumer, provider} {
					select {
					case <-s.Done():
					case <-time.After(2 * time.Minute):
						t.Fatalf("still open: %v", s.State())
					}
					if after := time.Since(began); s.Reason() != PeerLost || after < time.Minute || after > 75*time.Second-quiet {
						t.Errorf("%v after %v", s.Err(), after)
					}
				}
				<-consumer.closed
				<-provider.closed
			})
		})
	}
}
