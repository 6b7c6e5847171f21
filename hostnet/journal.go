package hostnet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// kind says what an entry is about, and so how it is undone.
type kind string

const (
	kindSysctl  kind = "sysctl"  // Name, Old, New
	kindTUN     kind = "tun"     // Name
	kindRoute   kind = "route"   // Route
	kindRule    kind = "rule"    // Rule
	kindProcess kind = "process" // PID, Start
	kindTable   kind = "table"   // Family, Name: a table of nftables
)

// entry is one change as data: all that a later process needs to undo it. ID is set by Host.do.
type entry struct {
	ID     uint64 `json:"id"`
	Kind   kind   `json:"kind"`
	Name   string `json:"name,omitempty"`
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
	Route  *Route `json:"route,omitempty"`
	Rule   *Rule  `json:"rule,omitempty"`
	PID    int    `json:"pid,omitempty"`
	Start  uint64 `json:"start,omitempty"`  // of the process, in clock ticks since boot
	Family uint8  `json:"family,omitempty"` // nftables.TableFamily
}

func (e entry) String() string {
	switch {
	case e.Route != nil:
		return fmt.Sprintf("route to %v", e.Route.Dst)
	case e.Rule != nil:
		return fmt.Sprintf("rule %d", e.Rule.Priority)
	case e.Kind == kindProcess:
		return fmt.Sprintf("process %d", e.PID)
	default:
		return fmt.Sprintf("%s %s", e.Kind, e.Name)
	}
}

// validate sees that an entry is one that this program could have written: undoing runs with all rights.
func (e entry) validate() error {
	switch {
	case e.ID == 0:
		return errors.New("entry without ID")
	case (e.Route != nil) != (e.Kind == kindRoute), (e.Rule != nil) != (e.Kind == kindRule),
		(e.PID != 0 || e.Start != 0) != (e.Kind == kindProcess), (e.Old != "" || e.New != "") && e.Kind != kindSysctl,
		e.Family != 0 && e.Kind != kindTable:
		return fmt.Errorf("entry %d of kind %q with values of another kind", e.ID, e.Kind)
	}
	switch e.Kind {
	case kindSysctl:
		_, err := sysctlPath(e.Name)
		return err
	case kindTUN:
		return validateDevice(e.Name)
	case kindRoute:
		return e.Route.validate()
	case kindRule:
		return e.Rule.validate()
	case kindProcess:
		if e.PID < 2 {
			return fmt.Errorf("process %d", e.PID)
		}
		return nil
	case kindTable:
		if e.Name == "" || len(e.Name) > 255 || e.Family == 0 {
			return fmt.Errorf("table %q of family %d", e.Name, e.Family)
		}
		return nil
	default:
		return fmt.Errorf("unknown kind %q", e.Kind)
	}
}

// sysctlPath turns "net.ipv4.ip_forward" into "net/ipv4/ip_forward". As with sysctl(8) the first
// separator decides: "net/ipv4/conf/eth0.1/forwarding" keeps the dot of a device's name.
func sysctlPath(name string) (string, error) {
	path := name
	if i := strings.IndexAny(name, "./"); i >= 0 && name[i] == '.' {
		path = strings.ReplaceAll(name, ".", "/")
	}
	if !strings.HasPrefix(path, "net/") || len(path) > 255 || !filepath.IsLocal(path) || filepath.Clean(path) != path || strings.ContainsRune(path, 0) {
		return "", fmt.Errorf("sysctl %q: %w: only those of the network", name, ErrValue)
	}
	return path, nil
}

// scope is where and when a journal's entries were made: after a reboot, or when the namespace is
// gone, nothing of it is left.
type scope struct {
	Boot   string `json:"boot"`   // /proc/sys/kernel/random/boot_id
	Netns  uint64 `json:"netns"`  // inode of the network namespace; used again when the namespace is gone
	Cookie uint64 `json:"cookie"` // SO_NETNS_COOKIE of the namespace, never used again; zero before Linux 5.14
}

// sameNamespace compares by the best that both know.
func (s scope) sameNamespace(t scope) bool {
	if s.Cookie != 0 && t.Cookie != 0 {
		return s.Cookie == t.Cookie
	}
	return s.Netns == t.Netns
}

// content is what the journal's file holds.
type content struct {
	scope
	Entries []entry `json:"entries"` // oldest first
}

// envelope is the file's outer form: the sum shows that what is inside is what was written.
type envelope struct {
	Format int             `json:"format"`
	SHA256 string          `json:"sha256"` // of Body's bytes, in hex
	Body   json.RawMessage `json:"body"`
}

const (
	journalFormat = 1
	maxJournal    = 1 << 22 // bytes; an entry takes about 100
)

func (c content) encode() ([]byte, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	return json.Marshal(envelope{Format: journalFormat, SHA256: hex.EncodeToString(sum[:]), Body: body})
}

// decodeContent refuses everything that encode cannot have written.
func decodeContent(data []byte) (c content, err error) {
	var outer envelope
	if err := decodeStrictly(data, &outer); err != nil {
		return content{}, err
	}
	if outer.Format != journalFormat {
		return content{}, fmt.Errorf("format %d; this program knows %d", outer.Format, journalFormat)
	}
	if sum := sha256.Sum256(outer.Body); hex.EncodeToString(sum[:]) != outer.SHA256 {
		return content{}, errors.New("the checksum does not match")
	}
	if err := decodeStrictly(outer.Body, &c); err != nil {
		return content{}, err
	}
	if c.Boot == "" || c.Netns == 0 {
		return content{}, errors.New("no boot ID or no namespace")
	}
	var last uint64
	for _, e := range c.Entries {
		if e.ID <= last {
			return content{}, fmt.Errorf("entry %d after %d", e.ID, last)
		}
		last = e.ID
		if err := e.validate(); err != nil {
			return content{}, err
		}
	}
	return c, nil
}

func decodeStrictly(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end")
	}
	return nil
}

// readJournal returns what the file at path holds, and nothing if there is no file.
func readJournal(path string) (c content, found bool, err error) {
	damaged := func(err error) (content, bool, error) {
		return content{}, false, fmt.Errorf("%s: %w: %w; it lists what a run changed in this host's network: undo that by hand or reboot, then delete the file",
			path, ErrDamaged, err)
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return content{}, false, nil
	case err != nil:
		return content{}, false, err
	case !info.Mode().IsRegular():
		return damaged(errors.New("not a regular file"))
	case info.Mode().Perm()&0o077 != 0:
		return damaged(fmt.Errorf("mode %v; others may read or write it", info.Mode().Perm()))
	case info.Size() > maxJournal:
		return damaged(fmt.Errorf("more than %d bytes", maxJournal))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return content{}, false, err
	}
	if c, err = decodeContent(data); err != nil {
		return damaged(err)
	}
	return c, true, nil
}

// writeJournal replaces the file at path, so that after it returns the new content survives even a loss
// of power, and at every moment before either the old or the new one does. Without entries there is no file. step is told between writing and replacing.
func writeJournal(path string, c content, step func(string)) error {
	temporary := path + ".new" // ours alone: we hold the lock
	if err := removeIfThere(temporary); err != nil {
		return err
	}
	if len(c.Entries) == 0 {
		if err := removeIfThere(path); err != nil {
			return err
		}
		return syncDir(path)
	}
	data, err := c.encode()
	if err != nil {
		return err
	}
	if len(data) > maxJournal {
		return fmt.Errorf("%s: more than %d bytes", path, maxJournal)
	}
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	step("replace the journal")
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return syncDir(path)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncDir makes the name of a file as durable as its content.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
