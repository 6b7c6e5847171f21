//go:build e2e

package ethers

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// wallet is a process of ../bill/wallet.mjs.
type wallet struct {
	t   *testing.T
	ask *json.Encoder
	out *bufio.Scanner
}

// answer is what the wallet says.
type answer struct {
	Address   identity.Address
	PublicKey string // 0x04, x, y
	Signature string
	Compact   string
	Digest    string
	File      string
	Error     string
}

func newWallet(t *testing.T) *wallet {
	t.Helper()
	script := filepath.Join("..", "bill", "wallet.mjs")
	cmd := exec.CommandContext(t.Context(), "node", script)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait() // the context may have ended it
	})
	w := &wallet{t: t, ask: json.NewEncoder(in), out: bufio.NewScanner(out)}
	w.out.Buffer(nil, 1<<20)
	return w
}

// try asks for something that may be refused.
func (w *wallet) try(what string, request map[string]any) (a answer) {
	w.t.Helper()
	request["do"] = what
	if err := w.ask.Encode(request); err != nil {
		w.t.Fatal(err)
	}
	if !w.out.Scan() {
		w.t.Fatalf("%s: no answer: %v", what, w.out.Err())
	}
	if err := json.Unmarshal(w.out.Bytes(), &a); err != nil {
		w.t.Fatalf("%s: %v: %s", what, err, w.out.Text())
	}
	return a
}

func (w *wallet) do(what string, request map[string]any) answer {
	w.t.Helper()
	a := w.try(what, request)
	if a.Error != "" {
		w.t.Fatalf("%s: %s", what, a.Error)
	}
	return a
}

// key makes a key that only the wallet knows.
func (w *wallet) key() (identity.Address, identity.PublicKey) {
	w.t.Helper()
	a := w.do("create", map[string]any{})
	raw := w.bytes(a.PublicKey, 65)
	return a.Address, identity.PublicKey(raw[1:])
}

func (w *wallet) bytes(text string, want int) []byte {
	w.t.Helper()
	raw, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil || len(raw) != want {
		w.t.Fatalf("%q is not %d bytes", text, want)
	}
	return raw
}

// signature reads one, whose v is 27 or 28 in ethers.
func (w *wallet) signature(text string) identity.Signature {
	w.t.Helper()
	sig := identity.Signature(w.bytes(text, 65))
	sig[64] -= 27
	return sig
}

func text(b []byte) string { return "0x" + hex.EncodeToString(b) }

// show writes a signature as ethers does.
func show(sig identity.Signature) string {
	sig[64] += 27
	return text(sig[:])
}

// twin is the other signature by the same key over the same digest: the one whose s is high.
func twin(sig identity.Signature) identity.Signature {
	s := new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(sig[32:64]))
	s.FillBytes(sig[32:64])
	sig[64] ^= 1
	return sig
}

func domain(d intent.Domain) map[string]any {
	return map[string]any{
		"name": intent.Name, "version": intent.Version, "chainId": fmt.Sprint(d.ChainID), "verifyingContract": d.Contract,
	}
}

// sign has the wallet sign a message, and sees that it hashes it as myst does.
func (w *wallet) sign(who identity.Address, m message, d intent.Domain) identity.Signature {
	w.t.Helper()
	a := w.do("sign", map[string]any{"who": who, "domain": domain(d), "form": m.form, "value": m.value})
	sig := w.signature(a.Signature)
	if compact := sig.Compact(); a.Compact != text(compact[:]) {
		w.t.Errorf("%s: compact form %s, ours is %x", m.form, a.Compact, compact)
	}
	if digest := m.digest(d); a.Digest != text(digest[:]) {
		w.t.Errorf("%s: digest %s, ours is %x", m.form, a.Digest, digest)
	}
	return sig
}

// verifies says whether ethers takes a signature for somebody's.
func (w *wallet) verifies(who identity.Address, m message, d intent.Domain, sig identity.Signature) bool {
	w.t.Helper()
	a := w.try("verify", map[string]any{"domain": domain(d), "form": m.form, "value": m.value, "signature": show(sig)})
	return a.Error == "" && a.Address == who
}
