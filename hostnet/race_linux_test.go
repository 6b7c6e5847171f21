//go:build race

package hostnet

// The race detector learns nothing from processes that are killed, and makes their start ten times slower: then
// every tenth step is tried.
const crashStride = 10
