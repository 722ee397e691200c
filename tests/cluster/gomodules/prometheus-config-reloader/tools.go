//go:build tools

// Package tools pins the programs that this module builds; it is never compiled.
package tools

import (
	_ "github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader"
)
