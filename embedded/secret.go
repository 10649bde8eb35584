package embedded

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secretBytes is how many random bytes a new secret holds, and how short one that was put there by hand may be: the key
// size of HS256 (RFC 7518, 3.2).
const secretBytes = 32

// Secret returns the secret of the data folder dir ("": DefaultDir), made at random on the first call: 43 characters.
// Processes that call it at once, for the first time too, get the same one. Only the folder's owner may read its file.
//
// SECURITY: whoever has it can sign a token for any user. It must not be logged.
func Secret(dir string) (string, error) {
	dir, err := makeDataFolder(dir)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "secret")
	secret, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := writeSecret(path); err != nil {
		return "", folderError("make the secret "+path, path, err)
	}
	return readSecret(path)
}

func readSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", folderError("read the secret "+path, path, err)
	}
	secret := strings.TrimSpace(string(text))
	if len(secret) < secretBytes {
		return "", &Error{
			Kind: ErrDataFolder,
			What: fmt.Sprintf("the secret in %s is shorter than %d bytes", path, secretBytes),
			Hint: "Delete the file to get a new one (tokens signed so far end), or set JWT_SECRET.",
		}
	}
	return secret, nil
}

// writeSecret puts a new secret at path, whole or not at all, unless another process was faster.
func writeSecret(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	random := make([]byte, secretBytes)
	_, _ = rand.Read(random) // never fails
	_, err = f.WriteString(base64.RawURLEncoding.EncodeToString(random) + "\n")
	if err := errors.Join(err, inheritOwner(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, leaves a file that is there already alone.
	if err := os.Link(f.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(f.Name(), path) // a file system without links
}
