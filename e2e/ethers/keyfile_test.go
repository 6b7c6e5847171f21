//go:build e2e

package ethers

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
)

// program is myst, built for the test, with a data directory.
type program struct {
	t          *testing.T
	path, data string
}

func newProgram(t *testing.T) program {
	t.Helper()
	p := program{t, filepath.Join(t.TempDir(), "myst"), t.TempDir()}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", p.path, "../../cmd/myst")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		t.Fatal(err)
	}
	return p
}

// try runs it with a passphrase and returns its standard output, or what it complains of.
func (p program) try(passphrase string, args ...string) (out, problem string) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), p.path, append([]string{"--data-dir", p.data, "identity"}, args...)...)
	cmd.Env = append(os.Environ(), "MYST_PASSPHRASE="+passphrase)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return "", stderr.String()
	}
	return string(text), ""
}

func (p program) run(passphrase string, args ...string) string {
	p.t.Helper()
	out, problem := p.try(passphrase, args...)
	if problem != "" {
		p.t.Fatalf("myst identity %v: %s", args, problem)
	}
	return out
}

// A key file that ethers wrote opens in myst, by import and lying in the keystore; one that myst wrote opens in
// ethers; neither opens with another passphrase. One each way is as expensive to open as such files are, the others are not.
func TestKeyFiles(t *testing.T) {
	w, p := newWallet(t), newProgram(t)
	const passphrase = "it's a ß, \"quoted\" "

	imported, _ := w.key()
	file := filepath.Join(t.TempDir(), "ethers.json")
	theirs := w.do("encrypt", map[string]any{"who": imported, "passphrase": passphrase}).File
	if err := os.WriteFile(file, []byte(theirs), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, problem := p.try("another", "import", file); !strings.Contains(problem, "wrong passphrase") {
		t.Errorf("import with another passphrase: %s %s", out, problem)
	}
	if out := p.run(passphrase, "import", file, "--light-scrypt"); !strings.Contains(out, imported.String()) {
		t.Errorf("import of %s: %s", imported, out)
	}

	copied, _ := w.key()
	theirs = w.do("encrypt", map[string]any{"who": copied, "passphrase": passphrase, "light": true}).File
	if err := os.WriteFile(filepath.Join(p.data, "keystore", "from-ethers.json"), []byte(theirs), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := p.run("", "list"); !strings.Contains(out, copied.String()) || !strings.Contains(out, imported.String()) {
		t.Errorf("list without %s: %s", copied, out)
	}
	if _, problem := p.try("another", "export", copied.String()); !strings.Contains(problem, "wrong passphrase") {
		t.Errorf("export with another passphrase: %s", problem)
	}

	if a := w.try("decrypt", map[string]any{"file": p.run(passphrase, "export", copied.String()), "passphrase": "another"}); a.Error == "" {
		t.Errorf("ethers opens the file of %s with another passphrase", copied)
	}

	var made struct{ Address identity.Address }
	if err := json.Unmarshal([]byte(p.run(passphrase, "new", "--json")), &made); err != nil {
		t.Fatal(err)
	}
	for _, who := range []identity.Address{imported, copied, made.Address} {
		ours := p.run(passphrase, "export", who.String())
		a := w.do("decrypt", map[string]any{"file": ours, "passphrase": passphrase})
		digest := identity.Keccak256([]byte(ours))
		sig := w.signature(w.do("signDigest", map[string]any{"who": a.Address, "digest": text(digest[:])}).Signature)
		if err := identity.Verify(who, digest, sig); err != nil || a.Address != who {
			t.Errorf("ethers opens the file of %s as %s: %v", who, a.Address, err)
		}
	}
}
