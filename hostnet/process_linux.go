package hostnet

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// What a process that outlived us is given, between being asked to end and being made to, and then to be gone.
const (
	graceTerm = 2 * time.Second
	graceKill = 10 * time.Second
)

// Process journals a child process, so that if this process dies and the child does not, the next Open ends it:
// by SIGTERM, and after 2 seconds by SIGKILL. Close does the same. Call done when the child has ended, before or
// after it is waited for. A child that is started and not yet journalled when this process dies is not
// covered: start it with Pdeathsig too. Errors: ErrClosed, fs.ErrNotExist if there is no such process.
func (h *Host) Process(pid int) (done func(), err error) {
	start, err := startTime(pid)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	e, err := h.doLocked(entry{Kind: kindProcess, PID: pid, Start: start}, func() error { return nil })
	if err != nil {
		return nil, err
	}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed || !h.has(e) {
			return
		}
		if err := h.forget(e); err != nil {
			// It does no harm: the start time shows that the process is gone, and Close tries again.
			h.log.Warn("cannot take a process out of the journal", "error", err)
		}
	}, nil
}

// endProcess ends a process if it is the one that was journalled.
func (h *Host) endProcess(e entry) error {
	// From here on the file descriptor means one process, also when it ends and its number is given away.
	fd, err := unix.PidfdOpen(e.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pidfd_open: %w", err)
	}
	defer func() { _ = unix.Close(fd) }() // nothing is written to it
	start, err := startTime(e.PID)
	if errors.Is(err, fs.ErrNotExist) || err == nil && start != e.Start {
		return nil
	}
	if err != nil {
		return err
	}
	h.log.Info("ending a process", "pid", e.PID)
	for _, try := range []struct {
		signal unix.Signal
		grace  time.Duration
	}{{unix.SIGTERM, graceTerm}, {unix.SIGKILL, graceKill}} {
		if err := unix.PidfdSendSignal(fd, try.signal, nil, 0); errors.Is(err, unix.ESRCH) {
			return nil
		} else if err != nil {
			return err
		}
		if ended, err := awaitExit(fd, try.grace); ended || err != nil {
			return err
		}
	}
	return errors.New("it does not end")
}

// awaitExit waits until the process has ended, or the time is up.
func awaitExit(fd int, wait time.Duration) (ended bool, err error) {
	for deadline := time.Now().Add(wait); ; {
		left := max(time.Until(deadline), 0)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds()))
		if !errors.Is(err, unix.EINTR) {
			return n > 0, err
		}
	}
}

// startTime returns when a process started, in clock ticks since boot: its number and this never
// come together again. Field 22 of /proc/PID/stat, see proc_pid_stat(5).
func startTime(pid int) (uint64, error) {
	path := fmt.Sprintf("/proc/%d/stat", pid)
	data, err := os.ReadFile(path)
	if errors.Is(err, unix.ESRCH) {
		return 0, &os.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	if err != nil {
		return 0, err
	}
	// The second field is the program's name in brackets, which may hold brackets and spaces itself.
	after := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(after) < 20 {
		return 0, fmt.Errorf("%s: cannot be understood", path)
	}
	start, err := strconv.ParseUint(string(after[19]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: start time: %w", path, err)
	}
	return start, nil
}
