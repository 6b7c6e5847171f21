package app

import (
	"path/filepath"
	"testing"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/registry"
	"github.com/mysteriumnetwork/myst/store"
)

func TestIndexBehindIsShown(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	client, err := chain.NewClient(chain.ClientConfig{URLs: []string{"http://127.0.0.1:1"}, ChainID: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	b := &base{network: &chain.Network{FromBlock: 100}, ctx: t.Context()}
	b.follower = registry.Follow(chain.FollowerConfig{Client: client, DB: db, Start: b.network.FromBlock})
	for head, want := range map[uint64]string{
		0:   "", // not known yet
		105: "",
		106: "copying registrations: block 100 of 106",
	} {
		if got := b.indexHealth(head); got != want {
			t.Errorf("newest block %d: %q, want %q", head, got, want)
		}
	}
}
