// Package disktest makes the databases of tests full or read-only while they are open.
//
// [Watch] a path before it is opened by package store; then [Disk.Spoil] makes what is written to it fail, in each of
// the [Troubles], until [Disk.Mend]. A test does that while nobody uses the database.
package disktest

import (
	"context"
	"database/sql/driver"
	"net/url"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// Trouble is a way in which a database cannot be written.
type Trouble struct {
	Name string
	Says string // part of the errors that it causes

	spoil, mend string
}

// Troubles are those that there are. A full database still takes what fits into its pages: what is to fail must be
// larger than a page, which has 4 KiB.
var Troubles = []Trouble{
	{"full", "database or disk is full", "max_page_count=1", "max_page_count=1073741823"}, // no fewer than it has
	{"read-only", "attempt to write a readonly database", "query_only=1", "query_only=0"},
}

// Disk is what databases at one path are written to.
type Disk struct {
	path string

	mu      sync.Mutex
	writers []sqlite.ExecQuerierContext // connections, the newest last
}

var (
	mu      sync.Mutex
	watched []*Disk
	once    sync.Once
)

// Watch returns the disk of databases that are opened at path from now on.
func Watch(path string) *Disk {
	once.Do(func() { sqlite.RegisterConnectionHook(opened) })
	d := &Disk{path: path}
	mu.Lock()
	defer mu.Unlock()
	watched = append(watched, d)
	return d
}

// opened keeps the connections that write.
func opened(conn sqlite.ExecQuerierContext, dsn string) error {
	name, err := url.Parse(dsn)
	if err != nil || !strings.Contains(name.RawQuery, "_txlock=immediate") {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	for _, d := range watched {
		if d.path == name.Path {
			d.mu.Lock()
			d.writers = append(d.writers, conn)
			d.mu.Unlock()
		}
	}
	return nil
}

// Spoil makes writing fail.
func (d *Disk) Spoil(t testing.TB, with Trouble) {
	t.Helper()
	d.pragma(t, with.spoil)
}

// Mend makes it work again.
func (d *Disk) Mend(t testing.TB, from Trouble) {
	t.Helper()
	d.pragma(t, from.mend)
}

func (d *Disk) pragma(t testing.TB, setting string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.writers) == 0 {
		t.Fatalf("nobody has opened %s", d.path)
	}
	newest := d.writers[len(d.writers)-1]
	if _, err := newest.ExecContext(context.WithoutCancel(t.Context()), "PRAGMA "+setting, []driver.NamedValue{}); err != nil {
		t.Fatal(err)
	}
}
