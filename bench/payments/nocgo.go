//go:build !cgo

package main

// build says which signature library this is: go-ethereum takes one in Go without cgo.
const (
	build   = "without cgo"
	withCgo = false
)
