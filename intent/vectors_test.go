package intent

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/identity"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

// vector is one signed intent in every form it takes. The secret keys are 1 (consumer) and
// 2 (provider); the relayer's is 3.
type vector struct {
	Digest    string `json:"digest"`
	Signature string `json:"signature"` // r ‖ s ‖ v
	Encoded   string `json:"encoded"`
	Call      string `json:"call"` // the transaction's data
}

type vectorFile struct {
	ChainID    uint64            `json:"chainId"`
	Registry   identity.Address  `json:"registry"`
	Payments   identity.Address  `json:"payments"`
	Coin       identity.Address  `json:"coin"`
	Consumer   identity.Address  `json:"consumer"`
	Provider   identity.Address  `json:"provider"`
	Relayer    identity.Address  `json:"relayer"`
	ValidUntil uint32            `json:"validUntil"`
	Vectors    map[string]vector `json:"vectors"`
}

// TestVectors holds this package to the checked-in vectors; contracts/test/Vectors.t.sol holds the
// contracts to them, by carrying the calls out.
func TestVectors(t *testing.T) {
	e := example(t)
	text := func(b []byte) string { return "0x" + hex.EncodeToString(b) }
	of := func(digest [32]byte, sig identity.Signature, encoded, call []byte) vector {
		return vector{Digest: text(digest[:]), Signature: text(sig[:]), Encoded: text(encoded), Call: text(call)}
	}
	got := vectorFile{
		ChainID: e.payments.ChainID, Registry: e.registry.Contract, Payments: e.payments.Contract, Coin: e.coin.Contract,
		Consumer: e.consumer.Address(), Provider: e.provider.Address(), Relayer: e.relayer, ValidUntil: e.lock.ValidUntil,
		Vectors: map[string]vector{
			"register":       of(e.register.Digest(e.registry), e.register.Signature, e.register.Encode(), e.register.Call()),
			"fund":           of(e.fund.Digest(e.payments), e.fund.Signature, e.fund.Encode(), e.fund.Call()),
			"permit":         of(e.fund.Permit.Digest(e.coin), e.fund.Permit.Signature, nil, nil),
			"lock":           of(e.lock.Digest(e.payments), e.lock.Signature, e.lock.Encode(), e.lock.Call()),
			"promise":        of(e.promise.Digest(e.payments), e.promise.Signature, e.promise.Encode(), CallClearBatch([]SignedPromise{e.promise})),
			"release":        of(e.release.Digest(e.payments), e.release.Signature, e.release.Encode(), e.release.Call()),
			"requestUnlock":  of(e.requestUnlock.Digest(e.payments), e.requestUnlock.Signature, e.requestUnlock.Encode(), e.requestUnlock.Call()),
			"setBeneficiary": of(e.setBeneficiary.Digest(e.payments), e.setBeneficiary.Signature, e.setBeneficiary.Encode(), e.setBeneficiary.Call()),
			"reclaim":        of(e.reclaim.Digest(e.payments), e.reclaim.Signature, e.reclaim.Encode(), e.reclaim.Call()),
			"withdraw":       of(e.withdraw.Digest(e.payments), e.withdraw.Signature, e.withdraw.Encode(), e.withdraw.Call()),
			"relay":          of(e.relay.Digest(e.payments), e.relay.Signature, e.relay.Encode(), e.relay.Call(e.lock.Call())),
			"relayedClearing": of(e.clearingFee.Digest(e.payments), e.clearingFee.Signature, e.clearingFee.Encode(),
				e.clearingFee.Call(e.clearing)),
			"relayedWithdrawal": of(e.withdrawingFee.Digest(e.payments), e.withdrawingFee.Signature, e.withdrawingFee.Encode(),
				e.withdrawingFee.Call(CallWithdraw(e.provider.Address()))),
		},
	}
	out, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/vectors.json"
	if *update {
		if err := os.WriteFile(path, append(out, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(want)) != string(out) {
		t.Errorf("%s differs; if the forms changed on purpose, run go test -update\n%s", path, out)
	}
}
