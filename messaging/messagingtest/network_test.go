package messagingtest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/messaging/messagingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNetwork(t *testing.T) {
	messagingtest.TestChannel(t, func(*testing.T) messagingtest.Substrate {
		n := messagingtest.NewNetwork()
		return messagingtest.Substrate{
			Contact: messagingtest.Contact,
			Channel: func(_ *testing.T, who identity.Signer, serve bool) messagingtest.ClosableChannel {
				return n.Channel(who.Address(), serve)
			},
		}
	})
}
