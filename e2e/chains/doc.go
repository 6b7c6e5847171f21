// Package chains follows the registry, and a consumer's ledger, on three implementations of an Ethereum node: the test
// chain, which is go-ethereum's node in this process, geth --dev, and anvil. On each of them blocks are reorganised
// away for real, and the copy of the registry and the rows of the ledger must be what the chain's own logs say.
// scripts/chains.sh builds and installs the other two and runs the tests.
package chains
