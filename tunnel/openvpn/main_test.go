package openvpn

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience bounds every step that should succeed, also that openvpn ends after no ping has come for clientSilence.
const patience = time.Minute

func TestMain(m *testing.M) {
	if holder := os.Getenv(holderVariable); holder != "" {
		holdProcess(holder)
		return
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		for _, child := range children() {
			fmt.Fprintln(os.Stderr, "a process survived the tests:", child)
			code = 1
		}
		os.Exit(code)
	}))
}

// children lists the processes that this one has started and that are still there, where there is /proc.
func children() (found []string) {
	entries, _ := os.ReadDir("/proc")
	parent := fmt.Sprintf("PPid:\t%d\n", os.Getpid())
	for _, entry := range entries {
		status, _ := os.ReadFile("/proc/" + entry.Name() + "/status")
		if strings.Contains(string(status), parent) {
			found = append(found, strings.ReplaceAll(string(status), "\n", " ")[:60])
		}
	}
	return found
}

// testProgram is the openvpn that scripts/setup.sh installs.
func testProgram(t testing.TB) program {
	t.Helper()
	p, err := findProgram(t.Context())
	if err != nil {
		t.Fatalf("%v (make setup installs it)", err)
	}
	return p
}
