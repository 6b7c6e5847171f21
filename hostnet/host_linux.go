package hostnet

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/gofrs/flock"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Host changes the network of the namespace that Open was called in, and undoes it. Its methods may be
// called from any goroutine and act in that namespace, whatever their caller's thread is in.
type Host struct {
	log  *slog.Logger
	ns   *namespace
	link *netlink.Handle
	lock *flock.Flock
	path string       // of the journal
	step func(string) // told of each point where a crash would matter; tests set it

	mu      sync.Mutex
	closed  bool
	lastID  uint64
	entries []entry // what is to be undone, oldest first: the journal's content
	sysctls map[string]*sysctlUse
	meters  map[string]*meter // of the devices that TUN made, by name
}

// Open opens a Host in the calling thread's network namespace and undoes what an earlier run, of
// which the journal is, left in it. Errors: ErrPermission, ErrInUse, ErrDamaged, ErrNamespace.
func Open(cfg Config) (*Host, error) { return open(cfg, func(string) {}) }

func open(cfg Config, step func(string)) (opened *Host, err error) {
	if cfg.Journal == "" {
		return nil, fmt.Errorf("journal: %w: no path", ErrValue)
	}
	if err := haveRights(1 << unix.CAP_NET_ADMIN); err != nil {
		return nil, err
	}
	h := &Host{log: cfg.Logger, path: cfg.Journal, step: step, sysctls: map[string]*sysctlUse{}, meters: map[string]*meter{}}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.lock = flock.New(cfg.Journal+".lock", flock.SetPermissions(0o600))
	switch locked, err := h.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the journal: %w", err)
	case !locked:
		return nil, fmt.Errorf("%s: %w", cfg.Journal, ErrInUse)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.release())
		}
	}()
	if h.ns, err = currentNamespace(); err != nil {
		return nil, err
	}
	if h.link, err = netlink.NewHandle(unix.NETLINK_ROUTE); err != nil {
		return nil, fmt.Errorf("open a netlink socket: %w", err)
	}
	if err := h.recover(); err != nil {
		return nil, err
	}
	return h, nil
}

// recover undoes what the journal lists.
func (h *Host) recover() error {
	left, found, err := readJournal(h.path)
	switch {
	case err != nil:
		return err
	case !found: // but perhaps a first one that never got its name
		return removeIfThere(h.path + ".new")
	}
	switch {
	case left.Boot != h.ns.Boot:
		h.log.Info("forgetting network changes of before the last boot", "entries", len(left.Entries))
		left.Entries = nil
	case !left.sameNamespace(h.ns.scope):
		if where := findNamespace(left.scope, h.ns.scope); where != "" {
			return fmt.Errorf("%s: %w: it is %s; start the program there once, so that it can undo what it did, or delete the file", h.path, ErrNamespace, where)
		}
		// What was in the namespace went with it. Processes did not.
		h.log.Info("forgetting network changes in a namespace that is gone", "entries", len(left.Entries))
		left.Entries = slices.DeleteFunc(left.Entries, func(e entry) bool { return e.Kind != kindProcess })
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.journal(left.Entries); err != nil {
		return err
	}
	for _, e := range left.Entries {
		h.log.Info("undoing what an earlier run left", "change", e.String())
	}
	if err := h.undoAll(); err != nil {
		return fmt.Errorf("%s: undo what an earlier run left: %w", h.path, err)
	}
	return nil
}

// Close undoes what is left, newest first, and gives the journal free. What could not be undone stays
// in the journal for the next Open. A second Close is harmless, and so is every undo after it.
func (h *Host) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	return errors.Join(h.undoAll(), h.release())
}

// release closes what Open opened.
func (h *Host) release() error {
	if h.link != nil {
		h.link.Close()
	}
	var errs []error
	for name := range h.meters {
		errs = append(errs, h.releaseMeter(name))
	}
	if h.ns != nil {
		errs = append(errs, h.ns.close())
	}
	return errors.Join(append(errs, h.lock.Close())...)
}

// undoAll undoes every entry, newest first, also after one failed. h.mu is held.
func (h *Host) undoAll() error {
	var errs []error
	for _, e := range slices.Backward(slices.Clone(h.entries)) {
		if err := h.undoEntry(e); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// untouched marks an error of apply after which there is nothing to undo: the change was refused because
// of something that is not ours, which an undo might take for ours.
type untouched struct{ error }

func (u untouched) Unwrap() error { return u.error }

// do makes one change: it journals e, then calls apply. The returned undo takes the change back by what
// e says, with no memory of apply, exactly as a later process would; it may be called many times and after
// Close, and tries again after an error. When apply fails, do undoes before it returns, unless
// the error is untouched. apply must not call do: the Host is locked meanwhile.
func (h *Host) do(e entry, apply func() error) (undo func() error, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e, err = h.doLocked(e, apply); err != nil {
		return nil, err
	}
	return h.undoer(e), nil
}

// doLocked is do for those who hold h.mu. It returns e with its ID.
func (h *Host) doLocked(e entry, apply func() error) (entry, error) {
	if h.closed {
		return e, ErrClosed
	}
	h.lastID++
	e.ID = h.lastID
	if err := e.validate(); err != nil {
		return e, err
	}
	h.step("journal " + e.String())
	if err := h.journal(append(slices.Clone(h.entries), e)); err != nil {
		return e, fmt.Errorf("journal %v: %w", e, err)
	}
	h.step("apply " + e.String())
	if err := apply(); err != nil {
		err = fmt.Errorf("%v: %w", e, permission(err))
		if errors.As(err, new(untouched)) {
			return e, errors.Join(err, h.forget(e))
		}
		return e, errors.Join(err, h.undoEntry(e))
	}
	h.step("applied " + e.String())
	return e, nil
}

// undoer returns what undoes e.
func (h *Host) undoer(e entry) func() error {
	return func() error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed || !h.has(e) {
			return nil
		}
		return h.undoEntry(e)
	}
}

func (h *Host) has(e entry) bool {
	return slices.ContainsFunc(h.entries, func(o entry) bool { return o.ID == e.ID })
}

// undoEntry takes back what e says and then takes e out of the journal. h.mu is held.
func (h *Host) undoEntry(e entry) error {
	var err error
	h.step("undo " + e.String())
	switch e.Kind {
	case kindSysctl:
		err = h.restoreSysctl(e)
	case kindTUN:
		err = h.deleteTUN(e)
	case kindRoute:
		err = h.deleteRoute(*e.Route)
	case kindRule:
		err = h.deleteRule(*e.Rule)
	case kindProcess:
		err = h.endProcess(e)
	case kindTable:
		err = h.deleteTable(e)
	default:
		err = errors.New("unknown kind")
	}
	if err != nil {
		return fmt.Errorf("undo %v: %w", e, permission(err))
	}
	h.step("undone " + e.String())
	return h.forget(e)
}

// forget takes e out of the journal. h.mu is held.
func (h *Host) forget(e entry) error {
	rest := slices.DeleteFunc(slices.Clone(h.entries), func(o entry) bool { return o.ID == e.ID })
	if err := h.journal(rest); err != nil {
		return fmt.Errorf("take %v out of the journal: %w", e, err)
	}
	h.step("forgotten " + e.String())
	return nil
}

// journal makes entries what the file and memory hold. h.mu is held.
func (h *Host) journal(entries []entry) error {
	if err := writeJournal(h.path, content{scope: h.ns.scope, Entries: entries}, h.step); err != nil {
		return err
	}
	h.entries = entries
	return nil
}

// permission makes the kernel's refusals ErrPermission, for callers that want to say what to do.
func permission(err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return fmt.Errorf("%w: %w", ErrPermission, err)
	}
	return err
}
