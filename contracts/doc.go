// Package contracts holds what runs on chain: the Solidity sources (src/), their compiled form
// (artifacts/), and the Go bindings that abigen makes of it.
//
// Three contracts make a network. [TestCoin] is an ERC-20 that anybody may mint, for networks
// where coins are worth nothing; a real network names an existing coin. [Registry] keeps
// identities' public keys. [Payments] keeps deposits, payment channels and earnings. None of them
// has an owner or can be upgraded.
//
// [Deploy] puts them on a chain and [Present] checks that what stands at given addresses is
// them. The bindings pack calls and unpack results and events; whoever sends transactions or
// follows logs (package chain, package relay) brings the connection. Amounts are units, 1e12 of
// the coin's 1e18; what was packed into fewer than 64 bits on chain arrives as a *big.Int where Go
// has no such integer.
//
// After a change of a source, "npm run generate" in this directory rewrites artifacts/ and the
// bindings; both are checked in.
package contracts
