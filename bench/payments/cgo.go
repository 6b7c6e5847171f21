//go:build cgo

package main

// build says which signature library this is: go-ethereum takes libsecp256k1 with cgo.
const (
	build   = "with cgo"
	withCgo = true
)
