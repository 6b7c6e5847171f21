// Package ethers holds myst against npm's ethers, which has none of its code: what one signs the other and the
// contracts accept, what one refuses the other does too, and a key file of one opens in the other. Keys and amounts
// are random in every run. scripts/interop.sh installs ethers and runs the tests.
package ethers
