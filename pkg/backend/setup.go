// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// The plugin that Setup installs: XLA for the CPU as Python programs get it, in a package that holds just that. Of the
// three builds that were measured it is the fastest, as the only one with the kernels of oneDNN in it.
const (
	wheelName       = "lammps-jax-pjrt-cpu"
	wheelVersion    = "0.11.2"
	wheelHash       = "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1"
	wheelMember     = "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so"
	wheelPluginHash = "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2"
	wheelPluginSize = 201600336
)

const (
	setupCommand = "go run ./cmd/perceiver setup"
	mendPlugin   = "run `" + setupCommand + "` to install one that works, and unset GOMLX_BACKEND"

	// An installer may take its time over 63 MB on a slow line.
	installLimit = 15 * time.Minute

	// forgetFailure is how long an installation that failed is not tried again without being asked for.
	forgetFailure = time.Hour
)

// wheel is a plugin inside a Python wheel, which is a zip file.
type wheel struct {
	member, hash string // name inside the wheel, SHA-256 of the content
	size         int64
	fetch        func(ctx context.Context, dir string) (path string, err error) // downloads the wheel into dir
}

var theWheel = wheel{wheelMember, wheelPluginHash, wheelPluginSize, pipDownload}

// pluginPath is where the plugin of the wheel lies under a cache folder.
func (w wheel) path(root string) string {
	return filepath.Join(root, "xla", wheelVersion, filepath.Base(w.member))
}

// Setup installs XLA for the CPU, unless it is there, and says what then runs. It is safe to call in several processes at
// the same time. It takes 63 MB of download and 200 MB of disk. What it does is told on log, where that is not nil.
//
// The pinned wheel comes first: it is the fastest, everyone gets the same bytes, and they are checked against a hash; it
// asks for Linux on x86-64 and for Python with pip, and needs no more network than a Python package index. Else go-xla's
// own installer runs, which asks GitHub, serves more kinds of processors and checks no hash.
func Setup(ctx context.Context, log io.Writer) (Choice, error) {
	if !xlaBuilt {
		return Choice{}, fmt.Errorf("XLA cannot be set up: %s", whyNoXLA())
	}
	root, err := Folder()
	if err != nil {
		return Choice{}, err
	}
	e := theEnvironment()
	if err := install(ctx, root, log, theWheel, goXLA); err != nil {
		return Choice{}, err
	}
	return e.installed(ctx, false)
}

// install runs the ways to get XLA until one works. One process at a time does so; the others wait and find it done.
func install(ctx context.Context, root string, log io.Writer, w wheel, other func(context.Context) error) error {
	if log == nil {
		log = io.Discard
	}
	if w.verify(root) == nil {
		return nil
	}
	dir := filepath.Dir(w.path(root))
	for _, d := range []string{root, filepath.Dir(dir), dir} {
		if err := private(d); err != nil {
			return err
		}
	}
	lock := flock.New(filepath.Join(root, "xla", "lock"))
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return fmt.Errorf("waiting for another process that installs XLA: %w", err)
	}
	defer func() { _ = lock.Unlock() }()
	if w.verify(root) == nil {
		return nil
	}
	first := errors.New("it is built for Linux on x86-64 only")
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		fmt.Fprintf(log, "Installing XLA, once: %s %s, 63 MB, by pip.\n", wheelName, wheelVersion)
		if first = w.install(ctx, root); first == nil {
			forget(root)
			return nil
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Fprintf(log, "That did not work (%v). Trying go-xla's own installer.\n", first)
	second := other(ctx)
	if second == nil {
		forget(root)
		return nil
	}
	err := fmt.Errorf("XLA could not be installed; the wheel %s %s: %w; go-xla's installer: %w", wheelName, wheelVersion, first, second)
	if ctx.Err() == nil {
		_ = os.WriteFile(failureFile(root), []byte(err.Error()), 0o600)
	}
	return err
}

// failureFile exists after an installation that failed.
func failureFile(root string) string { return filepath.Join(root, "xla", "failed") }

func forget(root string) { _ = os.Remove(failureFile(root)) }

// failedLately gives what went wrong at an installation not long ago, or "". It spares a machine without a network the
// wait at every start.
func failedLately(root string) string {
	info, err := os.Stat(failureFile(root))
	if err != nil || time.Since(info.ModTime()) > forgetFailure {
		return ""
	}
	b, err := os.ReadFile(failureFile(root))
	if err != nil {
		return ""
	}
	return string(b)
}

// verify says what is wrong with the plugin in the cache; nil when it is there and has the right content.
func (w wheel) verify(root string) error {
	path := w.path(root)
	hash, err := fileHash(path, root)
	if err != nil {
		return err
	}
	if hash != w.hash {
		return fmt.Errorf("the XLA plugin %s is damaged", path)
	}
	return nil
}

func (w wheel) install(ctx context.Context, root string) error {
	temp, err := os.MkdirTemp(filepath.Join(root, "xla"), partial)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	ctx, cancel := context.WithTimeout(ctx, installLimit)
	defer cancel()
	path, err := w.fetch(ctx, temp)
	if err != nil {
		return err
	}
	plugin := filepath.Join(temp, "plugin")
	if err := w.unpack(path, plugin); err != nil {
		return err
	}
	return os.Rename(plugin, w.path(root))
}

// unpack writes the plugin inside the wheel to a file, and accepts nothing but the content that is expected.
func (w wheel) unpack(wheelPath, to string) (err error) {
	z, err := zip.OpenReader(wheelPath)
	if err != nil {
		return fmt.Errorf("the downloaded wheel is no zip file: %w", err)
	}
	defer z.Close()
	in, err := z.Open(w.member)
	if err != nil {
		return fmt.Errorf("the downloaded wheel has no %s: %w", w.member, err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), io.LimitReader(in, w.size+1))
	if err != nil {
		return fmt.Errorf("unpacking XLA: %w", err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); n != w.size || got != w.hash {
		return fmt.Errorf("%s in the downloaded wheel is not the one that was checked (%d bytes and SHA-256 %s instead of %d and %s); it is not used", w.member, n, got, w.size, w.hash)
	}
	return out.Sync()
}

// pipDownload has pip download the wheel, from whatever index the user has set up, and check its hash. Nothing of it is
// installed or run.
func pipDownload(ctx context.Context, dir string) (string, error) {
	python, err := exec.LookPath("python3")
	if err != nil {
		return "", errors.New("there is no python3 to download it with")
	}
	list := filepath.Join(dir, "requirements.txt")
	line := fmt.Sprintf("%s==%s --hash=sha256:%s\n", wheelName, wheelVersion, wheelHash)
	if err := os.WriteFile(list, []byte(line), 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes",
		"--no-input", "--disable-pip-version-check", "--progress-bar=off", "--timeout=15", "--retries=1", "-r", list, "-d", dir)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("pip did not download it: %s", lastLine(string(out), err))
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.whl"))
	if len(files) != 1 {
		return "", fmt.Errorf("pip left %d wheels instead of one", len(files))
	}
	return files[0], nil
}

// goXLA runs go-xla's installer in a child process, because it cannot be stopped otherwise.
func goXLA(ctx context.Context) error {
	_, err := child(ctx, installLimit, installVar+"=cpu")
	return err
}

// lastLine gives the last line of text that says something, or err.
func lastLine(text string, err error) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return strings.TrimPrefix(last[:min(len(last), 400)], "ERROR: ")
	}
	return err.Error()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
