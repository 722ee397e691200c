// Command mkcerts writes the keys and certificates of one short-lived control plane into a folder.
//
// It uses nothing but Go's standard library, so that no openssl and no Python package is needed.
// Files: ca.crt, ca.key, sa.key, sa.pub (service-account tokens), serving.crt, serving.key, and
// NAME.crt and NAME.key for every -client NAME=COMMON-NAME[,GROUP...]. Keys are ECDSA P-256 and
// readable by their owner alone. Everything expires after a week.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const lifetime = 7 * 24 * time.Hour

// authority signs; dir is where everything is written.
type authority struct {
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func main() {
	dir := flag.String("dir", "", "folder to write into; it must exist")
	addresses := flag.String("addresses", "127.0.0.1", "IP addresses of the server, with commas between")
	names := flag.String("names", "localhost", "DNS names of the server, with commas between")
	var clients []string
	flag.Func("client", "NAME=COMMON-NAME[,GROUP...], may be repeated", func(value string) error {
		clients = append(clients, value)
		return nil
	})
	flag.Parse()
	if err := run(*dir, split(*addresses), split(*names), clients); err != nil {
		fmt.Fprintln(os.Stderr, "mkcerts:", err)
		os.Exit(1)
	}
}

func run(dir string, addresses, names, clients []string) error {
	ca, err := newAuthority(dir)
	if err != nil {
		return err
	}
	if err := writeServiceAccountKey(dir); err != nil {
		return err
	}
	serving := template("kube-apiserver", nil)
	serving.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	serving.DNSNames = names
	for _, address := range addresses {
		ip := net.ParseIP(address)
		if ip == nil {
			return fmt.Errorf("-addresses: %q is no IP address", address)
		}
		serving.IPAddresses = append(serving.IPAddresses, ip)
	}
	if err := ca.issue("serving", serving); err != nil {
		return err
	}
	for _, client := range clients {
		file, subject, found := strings.Cut(client, "=")
		if !found {
			return fmt.Errorf("-client: %q is not NAME=COMMON-NAME[,GROUP...]", client)
		}
		parts := split(subject)
		cert := template(parts[0], parts[1:])
		cert.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		if err := ca.issue(file, cert); err != nil {
			return err
		}
	}
	return nil
}

func template(commonName string, groups []string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: commonName, Organization: groups},
		NotBefore:    now.Add(-time.Hour), // a clock set back a little must not refuse us
		NotAfter:     now.Add(lifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func newAuthority(dir string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	cert := template("tocsin-cluster-ca", nil)
	cert.IsCA = true
	cert.BasicConstraintsValid = true
	cert.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		return nil, err
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	ca := &authority{dir: dir, key: key, cert: signed}
	return ca, writePair(dir, "ca", der, key)
}

func (ca *authority) issue(file string, cert *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, ca.cert, key.Public(), ca.key)
	if err != nil {
		return err
	}
	return writePair(ca.dir, file, der, key)
}

func writeServiceAccountKey(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writeKey(filepath.Join(dir, "sa.key"), key); err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, "sa.pub"), "PUBLIC KEY", public)
}

func writePair(dir, file string, certificate []byte, key *ecdsa.PrivateKey) error {
	if err := writePEM(filepath.Join(dir, file+".crt"), "CERTIFICATE", certificate); err != nil {
		return err
	}
	return writeKey(filepath.Join(dir, file+".key"), key)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "EC PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

func serial() *big.Int {
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // the system has no randomness: nothing here can go on
	}
	return number
}

func split(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}
