package payments

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/store"
)

// releaserEnv names the database of a provider that is killed when it is about to sign a release.
const releaserEnv = "MYST_TEST_RELEASER"

// releaser is the same provider in both processes.
func releaser() *identity.Key {
	key, err := identity.KeyFromBytes([]byte{31: 9})
	if err != nil {
		panic(err) // it is a key
	}
	return key
}

// deadly kills its process instead of signing.
type deadly struct{ *identity.Key }

func (deadly) Sign([32]byte) (identity.Signature, error) {
	return identity.Signature{}, syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

// releasable is a chain that shows a lock for the releaser, and the release that its consumer asks for.
func releasable() (*fakeChain, intent.Release) {
	r := intent.Release{Consumer: identity.Address{7}, Channel: 2, Epoch: 3}
	c := &fakeChain{}
	c.set(r.Consumer, r.Channel, Channel{Provider: releaser().Address(), Locked: 1000, Epoch: r.Epoch})
	return c, r
}

func dieSigning(path string) error {
	db, err := store.Open(context.Background(), path)
	if err != nil {
		return err
	}
	c, r := releasable()
	l, err := Open(context.Background(), Config{DB: db, Signer: deadly{releaser()}, Domain: testDomain, Chain: c})
	if err == nil {
		_, err = NewClearer(ClearerConfig{Ledger: l, Claimer: c}).Release(context.Background(), r)
	}
	return errors.Join(errors.New("it was not killed"), err)
}

// A provider that is killed after it has noted a release, and before it has signed it, serves no more on that epoch, and
// signs it when it is asked again.
func TestKilledBeforeSigningARelease(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "node.db")
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), releaserEnv+"="+path)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !errors.As(err, &exit) || !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("%v: %s", err, out)
	}
	c, r := releasable()
	l, err := Open(t.Context(), Config{DB: openDB(t, path), Signer: releaser(), Domain: testDomain, Chain: c})
	if err != nil {
		t.Fatal(err)
	}
	terms := Terms{Session: [16]byte{1}, Peer: r.Consumer, ServiceType: "wireguard", Country: "DE", Channel: r.Channel, Epoch: r.Epoch, Lock: 1000}
	if _, err := l.Collect(t.Context(), terms); !errors.Is(err, ErrReleased) {
		t.Errorf("a session begins: %v", err)
	}
	signed, err := NewClearer(ClearerConfig{Ledger: l, Claimer: c}).Release(t.Context(), r)
	if err != nil || signed.Verify(testDomain) != nil || signed.Release != r {
		t.Errorf("%+v, %v", signed, err)
	}
}
